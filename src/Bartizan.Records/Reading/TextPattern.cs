namespace Bartizan.Records.Reading;

/// <summary>A text of a query: exact, except that <c>*</c> stands for any run of characters. Case doesn't count.</summary>
internal sealed class TextPattern(string pattern)
{
    private readonly string[] _parts = pattern.Split('*');

    public bool Matches(string text)
    {
        if (_parts.Length == 1)
        {
            return text.Equals(_parts[0], StringComparison.OrdinalIgnoreCase);
        }

        var rest = text.AsSpan();
        if (
            !rest.StartsWith(_parts[0], StringComparison.OrdinalIgnoreCase)
            || rest.Length < _parts[0].Length + _parts[^1].Length
            || !rest.EndsWith(_parts[^1], StringComparison.OrdinalIgnoreCase)
        )
        {
            return false;
        }

        // Leftmost matches of the parts in between never shut out a longer one.
        rest = rest[_parts[0].Length..^_parts[^1].Length];
        foreach (var part in _parts.AsSpan(1, _parts.Length - 2))
        {
            var at = rest.IndexOf(part, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
            {
                return false;
            }

            rest = rest[(at + part.Length)..];
        }

        return true;
    }
}
