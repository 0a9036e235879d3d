namespace Bartizan.Guards.Texts;

/// <summary>Disguises of single letters.</summary>
internal static class Letters
{
    private static readonly char[] _plain = [.. Enumerable.Range(0, 128).Select(c => PlainOf((char)c))];

    /// <summary>The letter that a digit or sign stands for; the digit itself when it stands for none.</summary>
    public static char Leet(char sign) => sign < 128 ? _plain[sign] : sign;

    /// <summary>A text moved by thirteen letters.</summary>
    public static string Move(string text) =>
        string.Create(text.Length, text, static (moved, from) => Move(from, moved));

    /// <summary>The same into a buffer.</summary>
    public static void Move(ReadOnlySpan<char> text, Span<char> moved)
    {
        for (var at = 0; at < text.Length; at++)
        {
            var c = text[at];
            var first = c & ~0x20;
            moved[at] = first is >= 'A' and <= 'Z' ? (char)((c & 0x20) | ('A' + ((first - 'A' + 13) % 26))) : c;
        }
    }

    private static char PlainOf(char sign) =>
        sign switch
        {
            '0' => 'o',
            '1' or '!' => 'i',
            '|' => 'l',
            '3' => 'e',
            '4' or '@' => 'a',
            '5' or '$' => 's',
            '6' or '9' => 'g',
            '7' or '+' => 't',
            '8' => 'b',
            '2' => 'z',
            _ => sign,
        };
}
