using System.Collections.Immutable;

namespace Bartizan.Core.Policies;

/// <summary>
/// A pattern of segments: <see cref="Glob"/>s and <c>**</c>, which stands for any number of whole segments, none included.
/// One backtracking point suffices for such patterns, so time is at most (segments of the text) × (of the pattern).
/// </summary>
internal sealed class SegmentPattern
{
    private readonly Glob?[] _segments;
    private readonly char _separator;

    // What every matching text starts with and holds: most texts fail here, at the price of one vectorised search.
    private readonly string _start;
    private readonly string _held;

    private SegmentPattern(string text, Glob?[] segments, char separator)
    {
        Text = text;
        _segments = segments;
        _separator = separator;
        var literal = 0;
        while (literal < segments.Length && segments[literal] is { IsLiteral: true })
        {
            literal++;
        }

        IsLiteral = literal == segments.Length;
        (_start, _held) = (text, "");
        if (!IsLiteral)
        {
            _start = string.Join(separator, segments.Take(literal).Select(s => s!.Text));
            _held =
                segments.Skip(literal).OfType<Glob>().SelectMany(g => g.Text.Split('*')).MaxBy(piece => piece.Length)
                ?? "";
        }
    }

    /// <summary>The pattern as written.</summary>
    public string Text { get; }

    /// <summary>The segments; null is <c>**</c>.</summary>
    public IReadOnlyList<Glob?> Segments => _segments;

    /// <summary>True when no segment holds a wildcard.</summary>
    public bool IsLiteral { get; }

    /// <summary>True when everything matches: only <c>**</c>.</summary>
    public bool IsAny => _segments.Length > 0 && _segments.All(s => s is null);

    /// <summary>Splits a pattern. <c>**</c> must be a segment of its own.</summary>
    public static bool TryParse(string text, char separator, out SegmentPattern pattern, out string problem)
    {
        pattern = null!;
        problem = "";
        var segments = new Glob?[text.AsSpan().Count(separator) + 1];
        var start = 0;
        for (var i = 0; i < segments.Length; i++)
        {
            var end = i == segments.Length - 1 ? text.Length : text.IndexOf(separator, start);
            var word = text[start..end];
            start = end + 1;
            if (word == "**")
            {
                continue;
            }

            if (word.Contains("**", StringComparison.Ordinal))
            {
                problem = $"has `**` beside other characters; `**` stands alone between `{separator}`";
                return false;
            }

            segments[i] = Glob.Of(word);
        }

        pattern = new SegmentPattern(text, segments, separator);
        return true;
    }

    /// <summary>The same pattern and everything below it.</summary>
    public SegmentPattern AndBelow() => new($"{Text}{_separator}**", [.. _segments, null], _separator);

    /// <summary>True when the whole of <paramref name="text"/> fits.</summary>
    public bool Matches(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith(_start) || (_held.Length > 0 && text[_start.Length..].IndexOf(_held) < 0))
        {
            return false;
        }

        // `position` is the start of the next segment of the text; text.Length + 1 is past the last one.
        var (segment, position) = (0, 0);
        var (retrySegment, retryPosition) = (-1, 0);
        var end = text.Length + 1;
        while (position < end)
        {
            var next = NextSegment(text, position);
            if (segment < _segments.Length && _segments[segment] is null)
            {
                (retrySegment, retryPosition) = (++segment, position);
            }
            else if (segment < _segments.Length && _segments[segment]!.Matches(text[position..(next - 1)]))
            {
                (segment, position) = (segment + 1, next);
            }
            else if (retrySegment >= 0)
            {
                retryPosition = NextSegment(text, retryPosition);
                (segment, position) = (retrySegment, retryPosition);
            }
            else
            {
                return false;
            }
        }

        return OnlyAnyFrom(segment);
    }

    /// <summary>True when the words fit, each word being a segment.</summary>
    public bool Matches(ImmutableArray<string> words, bool firstByBaseName)
    {
        var (segment, position) = (0, 0);
        var (retrySegment, retryPosition) = (-1, 0);
        while (position < words.Length)
        {
            if (segment < _segments.Length && _segments[segment] is null)
            {
                (retrySegment, retryPosition) = (++segment, position);
            }
            else if (segment < _segments.Length && Word(_segments[segment]!, words, position, firstByBaseName))
            {
                (segment, position) = (segment + 1, position + 1);
            }
            else if (retrySegment >= 0)
            {
                (segment, position) = (retrySegment, ++retryPosition);
            }
            else
            {
                return false;
            }
        }

        return OnlyAnyFrom(segment);
    }

    private static bool Word(Glob glob, ImmutableArray<string> words, int position, bool firstByBaseName) =>
        glob.Matches(words[position])
        || (glob.IsAny && words[position].Length == 0)
        || (
            firstByBaseName
            && position == 0
            && words[0].LastIndexOf('/') is var slash and >= 0
            && glob.Matches(words[0].AsSpan(slash + 1))
        );

    private int NextSegment(ReadOnlySpan<char> text, int position)
    {
        var at = text[position..].IndexOf(_separator);
        return at < 0 ? text.Length + 1 : position + at + 1;
    }

    private bool OnlyAnyFrom(int segment)
    {
        for (var i = segment; i < _segments.Length; i++)
        {
            if (_segments[i] is not null)
            {
                return false;
            }
        }

        return true;
    }
}
