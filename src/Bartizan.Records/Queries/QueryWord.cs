using System.Collections.Immutable;
using System.Text;

namespace Bartizan.Records.Queries;

/// <summary>
/// One word of a query: perhaps a <c>-</c>, perhaps a key, and values. Quotes hold spaces, commas and colons together; a backslash takes
/// the meaning from the <c>*</c>, quote, comma or backslash behind it.
/// </summary>
/// <param name="Negated">Whether a <c>-</c> stands in front.</param>
/// <param name="Key">What stands before the colon; empty for text.</param>
/// <param name="Values">The alternatives, each cut at its stars.</param>
/// <param name="Text">The whole word, quotes and backslashes resolved: what is looked for when it isn't a key's.</param>
internal sealed record QueryWord(bool Negated, string Key, ImmutableArray<ImmutableArray<string>> Values, string Text)
{
    /// <summary>Cuts a query into words; null with a problem when a quote isn't closed.</summary>
    public static List<QueryWord>? Split(string query, out string problem)
    {
        problem = "";
        var words = new List<QueryWord>();
        var reader = new Reader(query);
        while (reader.SkipSpaces())
        {
            if (reader.Word() is not { } word)
            {
                problem = "a quote isn't closed; write `\\\"` for one that is meant";
                return null;
            }

            words.Add(word);
        }

        return words;
    }

    /// <summary>A value as it was written, stars included.</summary>
    public static string Written(ImmutableArray<string> value) => string.Join('*', value);

    private sealed class Reader(string query)
    {
        private readonly StringBuilder _part = new();
        private readonly StringBuilder _text = new();
        private int _at;

        public bool SkipSpaces()
        {
            while (_at < query.Length && char.IsWhiteSpace(query[_at]))
            {
                _at++;
            }

            return _at < query.Length;
        }

        public QueryWord? Word()
        {
            var negated = query[_at] == '-' && _at + 1 < query.Length && !char.IsWhiteSpace(query[_at + 1]);
            _at += negated ? 1 : 0;
            var key = Key();
            var values = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
            var parts = ImmutableArray.CreateBuilder<string>();
            _text.Clear();
            var quoted = false;
            for (; _at < query.Length && (quoted || !char.IsWhiteSpace(query[_at])); _at++)
            {
                switch (query[_at])
                {
                    case '\\' when _at + 1 < query.Length && query[_at + 1] is '\\' or '*' or '"' or ',':
                        Take(query[++_at]);
                        break;
                    case '"':
                        quoted = !quoted;
                        break;
                    case '*':
                        _text.Append('*');
                        parts.Add(TakePart());
                        break;
                    case ',' when !quoted:
                        _text.Append(',');
                        parts.Add(TakePart());
                        values.Add(parts.ToImmutable());
                        parts.Clear();
                        break;
                    default:
                        Take(query[_at]);
                        break;
                }
            }

            parts.Add(TakePart());
            values.Add(parts.ToImmutable());
            return quoted ? null : new QueryWord(negated, key, values.ToImmutable(), _text.ToString());
        }

        // A key is lower-case letters before a colon; `https://…` is text, as every URL.
        private string Key()
        {
            var end = _at;
            while (end < query.Length && (char.IsAsciiLetterLower(query[end]) || query[end] == '_'))
            {
                end++;
            }

            if (end == _at || end >= query.Length || query[end] != ':' || query.AsSpan(end).StartsWith("://"))
            {
                return "";
            }

            var key = query[_at..end];
            _at = end + 1;
            return key;
        }

        private void Take(char c)
        {
            _part.Append(c);
            _text.Append(c);
        }

        private string TakePart()
        {
            var part = _part.ToString();
            _part.Clear();
            return part;
        }
    }
}
