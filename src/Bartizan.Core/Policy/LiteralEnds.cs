using System.Text;

namespace Bartizan.Core.Policies;

/// <summary>What every text that fits a pattern starts and ends with; what a table finds rules by.</summary>
/// <param name="Start">The literal text it starts with; the whole when <paramref name="IsWhole"/>.</param>
/// <param name="End">The literal text it ends with, without what <paramref name="Start"/> says already.</param>
/// <param name="IsWhole">True when nothing else fits.</param>
internal readonly record struct LiteralEnds(string Start, string End, bool IsWhole)
{
    /// <summary>What some segment of it starts with; empty when nothing is known, or not asked for.</summary>
    public string Inside { get; init; } = "";

    /// <summary>Nothing is known.</summary>
    public static LiteralEnds None { get; } = new("", "", false);

    /// <summary>
    /// The ends of a pattern of segments. INVARIANT: they say too little rather than too much: beside <c>**</c> no separator
    /// counts, because it may stand for nothing.
    /// </summary>
    public static LiteralEnds Of(SegmentPattern pattern, char separator, string head = "")
    {
        if (pattern.IsLiteral)
        {
            return new(head + pattern.Text, "", true);
        }

        return new(head + StartOf(pattern, separator), EndOf(pattern, separator), false);
    }

    /// <summary>The same with what some segment starts with: the longest such text, because it leaves the fewest.</summary>
    public static LiteralEnds WithInside(SegmentPattern pattern, char separator) =>
        Of(pattern, separator) with
        {
            Inside = pattern.Segments.Select(s => s?.Text.Split('*')[0] ?? "").MaxBy(text => text.Length) ?? "",
        };

    private static string StartOf(SegmentPattern pattern, char separator)
    {
        var start = new StringBuilder();
        for (var i = 0; i < pattern.Segments.Count && pattern.Segments[i] is { } glob; i++)
        {
            start.Append(i > 0 ? separator : "").Append(glob.Text.Split('*')[0]);
            if (!glob.IsLiteral)
            {
                break;
            }
        }

        return start.ToString();
    }

    private static string EndOf(SegmentPattern pattern, char separator)
    {
        var end = "";
        for (var i = pattern.Segments.Count - 1; i >= 0 && pattern.Segments[i] is { } glob; i--)
        {
            end = glob.Text.Split('*')[^1] + (i < pattern.Segments.Count - 1 ? separator : "") + end;
            if (!glob.IsLiteral)
            {
                break;
            }
        }

        return end;
    }
}
