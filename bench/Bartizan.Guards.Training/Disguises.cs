using System.Text;

namespace Bartizan.Guards.Training;

/// <summary>Ways to write a text so that a filter misses it and a model doesn't.</summary>
internal static class Disguises
{
    public static IReadOnlyList<(string Name, Func<string, string> Of)> All { get; } =
    [
        ("zero-width", t => string.Join('\u200B', t.EnumerateRunes())),
        (
            "tags",
            t => string.Concat(t.Select(c => c is >= ' ' and < '\x7F' ? char.ConvertFromUtf32(0xE0000 + c) : " "))
        ),
        ("bidi", t => $"\u202E{string.Join('\u2066', t.Split(' ').Select(w => w + " "))}\u202C"),
        ("soft hyphen", t => string.Join('\u00AD', t.EnumerateRunes())),
        ("full-width", t => string.Concat(t.Select(c => c is > ' ' and < '\x7F' ? (char)(c + 0xFEE0) : c))),
        ("homoglyphs", t => Change(t, "aceopxyiABCEHKMOPTX", "асеорхуіАВСЕНКМОРТХ")),
        ("base64", t => Convert.ToBase64String(Encoding.UTF8.GetBytes(t))),
        ("hex", t => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(t))),
        ("hex, gaps", t => string.Join(' ', Encoding.UTF8.GetBytes(t).Select(b => $"{b:x2}"))),
        ("hex, C", t => string.Join(", ", Encoding.UTF8.GetBytes(t).Select(b => $"0x{b:X2}"))),
        ("decimal", t => string.Join(' ', Encoding.UTF8.GetBytes(t))),
        ("percent", t => string.Concat(Encoding.UTF8.GetBytes(t).Select(b => $"%{b:X2}"))),
        ("entities", t => string.Concat(t.Select(c => $"&#{(int)c};"))),
        ("leet", t => Change(t, "aeiostAEIOST", "431057431057")),
        ("spaced", t => string.Join("   ", t.Split(' ').Select(w => string.Join(' ', w.AsEnumerable())))),
        ("spaced by -", t => string.Join('-', t.AsEnumerable())),
        ("spaced, no words", t => string.Join(' ', t.Where(c => c != ' '))),
        ("rot13", t => string.Concat(t.Select(Move))),
        (
            "percent of base64",
            t => string.Concat(Convert.ToBase64String(Encoding.UTF8.GetBytes(t)).Select(c => $"%{(int)c:X2}"))
        ),
    ];

    private static string Change(string text, string from, string to) =>
        string.Concat(text.Select(c => from.IndexOf(c, StringComparison.Ordinal) is >= 0 and var at ? to[at] : c));

    private static char Move(char c) =>
        char.IsAsciiLetter(c) ? (char)((c & 0x20) | ('A' + (((c & ~0x20) - 'A' + 13) % 26))) : c;
}
