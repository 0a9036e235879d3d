namespace Bartizan.Core.Policies;

/// <summary>Tells whether some text fits two patterns.</summary>
internal static class PatternOverlap
{
    // Stands for `**` and `*` in the token form: private-use characters, which no pattern of a manifest holds.
    private const char AnyText = '\uE000';
    private const char AnyWord = '\uE001';

    /// <summary>
    /// True when the patterns overlap. <c>**</c> is taken a little wider than it matches (with the separator beside it), so
    /// the answer errs on the side of an overlap.
    /// </summary>
    public static bool Exists(SegmentPattern one, SegmentPattern other)
    {
        var (a, b) = (Tokens(one), Tokens(other));
        // reach[j]: a[..i] and b[..j] can stand for one common text.
        var reach = new bool[b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            var next = new bool[b.Length + 1];
            for (var j = 0; j <= b.Length; j++)
            {
                next[j] = (i == 0 && j == 0) || Reaches(a, b, i, j, reach, next);
            }

            reach = next;
        }

        return reach[b.Length];
    }

    private static bool Reaches(string a, string b, int i, int j, bool[] above, bool[] row)
    {
        var fromA = i > 0 && (above[j] && (IsAny(a[i - 1]) || (j > 0 && Takes(b[j - 1], a[i - 1]))));
        var fromB = j > 0 && (row[j - 1] && (IsAny(b[j - 1]) || (i > 0 && Takes(a[i - 1], b[j - 1]))));
        return fromA || fromB || (i > 0 && j > 0 && above[j - 1] && a[i - 1] == b[j - 1]);
    }

    private static bool IsAny(char token) => token is AnyText or AnyWord;

    private static bool Takes(char any, char token) =>
        any == AnyText || (any == AnyWord && token is not ('/' or AnyText));

    private static string Tokens(SegmentPattern pattern)
    {
        var text = string.Join(
            '/',
            pattern.Segments.Select(s => s is null ? AnyText.ToString() : s.Text.Replace('*', AnyWord))
        );
        return text.Replace($"/{AnyText}", $"{AnyText}", StringComparison.Ordinal)
            .Replace($"{AnyText}/", $"{AnyText}", StringComparison.Ordinal);
    }
}
