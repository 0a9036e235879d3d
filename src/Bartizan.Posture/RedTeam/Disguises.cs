using System.Text;

namespace Bartizan.Posture.RedTeam;

/// <summary>Writes texts in disguise.</summary>
internal static class Disguises
{
    private const int TagBlock = 0xE0000;

    /// <summary>A text in a disguise.</summary>
    public static string Write(string text, Disguise disguise) =>
        disguise switch
        {
            Disguise.Base64 => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)),
            Disguise.Hex => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text)),
            Disguise.Rot13 => string.Concat(text.Select(Further)),
            Disguise.ZeroWidth => string.Join('\u200B', text.EnumerateRunes()),
            Disguise.Tags => string.Concat(
                text.Select(c => c is >= ' ' and < '\x7F' ? char.ConvertFromUtf32(TagBlock + c) : " ")
            ),
            Disguise.Homoglyph => Put(text, "aceopxyiABCEHKMOPTX", "асеорхуіАВСЕНКМОРТХ"),
            Disguise.Leet => Put(text, "aeiostAEIOST", "431057431057"),
            Disguise.Spaced => string.Join(
                "   ",
                text.Split(' ').Select(word => string.Join(' ', word.AsEnumerable()))
            ),
            _ => text,
        };

    private static string Put(string text, string letters, string others) =>
        string.Concat(
            text.Select(c => letters.IndexOf(c, StringComparison.Ordinal) is >= 0 and var at ? others[at] : c)
        );

    private static char Further(char c) =>
        char.IsAsciiLetter(c) ? (char)((c & 0x20) | ('A' + (((c & ~0x20) - 'A' + 13) % 26))) : c;
}
