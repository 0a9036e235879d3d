namespace Bartizan.Core.Policies;

/// <summary>
/// A pattern for one segment, label or word: literal pieces with <c>*</c> between them. Matching looks for each piece
/// once, from the left: time is linear in the text for a bounded pattern.
/// </summary>
internal sealed class Glob
{
    // Around the stars; none when there is no star.
    private readonly string[] _pieces;

    private Glob(string text)
    {
        Text = text;
        _pieces = text.Contains('*', StringComparison.Ordinal) ? text.Split('*') : [];
    }

    /// <summary>The pattern as written.</summary>
    public string Text { get; }

    /// <summary>True when it holds no <c>*</c>.</summary>
    public bool IsLiteral => _pieces.Length == 0;

    /// <summary>True for <c>*</c> alone.</summary>
    public bool IsAny => Text == "*";

    /// <summary>Reads a pattern of one segment.</summary>
    public static Glob Of(string text) => new(text);

    /// <summary>True when the whole of <paramref name="text"/> fits. <c>*</c> alone doesn't stand for nothing.</summary>
    public bool Matches(ReadOnlySpan<char> text)
    {
        if (IsLiteral)
        {
            return text.SequenceEqual(Text);
        }

        var (first, last) = (_pieces[0], _pieces[^1]);
        if (
            text.Length == 0
            || text.Length < first.Length + last.Length
            || !text.StartsWith(first)
            || !text.EndsWith(last)
        )
        {
            return false;
        }

        var rest = text[first.Length..(text.Length - last.Length)];
        for (var i = 1; i < _pieces.Length - 1; i++)
        {
            var at = rest.IndexOf(_pieces[i]);
            if (at < 0)
            {
                return false;
            }

            rest = rest[(at + _pieces[i].Length)..];
        }

        return true;
    }
}
