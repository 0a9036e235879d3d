using System.Buffers;
using System.Text;

namespace Bartizan.Core.Approvals;

/// <summary>
/// Characters that a person takes for others: letters of other alphabets for Latin ones, compatibility forms, and signs that pass for
/// the separators of names and addresses. A choice of what attacks use, not all of Unicode's table of confusables (UTS #39).
/// </summary>
internal static class LookAlikes
{
    private static readonly SearchValues<char> _letters = SearchValues.Create(
        // Cyrillic, Greek, Armenian, Latin extensions
        "асеорхуіјѕһԁԛԝӏкАВЕЗКМНОРСТУХЅІЈҮԌԜԚ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχγϲϳ" + "օսոհցզԱՍՕ" + "ıɡɑɩʟʏѵѡӕ"
    );

    private static readonly SearchValues<char> _signs = SearchValues.Create("⁄∕⧸⟋․‥。｡·ꞏ꞉∶ː‐‑⁃−∗⁎‚ǀǃ⼁❘❙‹›′ʹʻʼˈꓸ჻¸");

    // Forms that stand for other characters: letterlike, superscripts, enclosed, fullwidth, ligatures, mathematical.
    private static readonly (int First, int Last)[] _forms =
    [
        // Hangul fillers: letters that show nothing.
        (0x115F, 0x1160),
        (0x3164, 0x3164),
        (0x1D2C, 0x1D6A),
        (0x2070, 0x209F),
        (0x2100, 0x214F),
        (0x2150, 0x218B),
        (0x2460, 0x24FF),
        (0x13A0, 0x13FF),
        (0xA4D0, 0xA4FF),
        (0xFB00, 0xFB06),
        (0xFF01, 0xFFEF),
        (0x1D400, 0x1D7FF),
        (0x1F100, 0x1F1FF),
        (0xE0000, 0xE0FFF),
    ];

    /// <summary>True for what is never shown as it is.</summary>
    public static bool IsForm(Rune rune) =>
        Array.Exists(_forms, form => rune.Value >= form.First && rune.Value <= form.Last)
        || (rune.IsBmp && _signs.Contains((char)rune.Value));

    /// <summary>True for a letter that looks like a Latin one.</summary>
    public static bool IsLetter(Rune rune) => rune.IsBmp && _letters.Contains((char)rune.Value);
}
