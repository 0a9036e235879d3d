using System.Buffers;

namespace Bartizan.Core.Flow;

/// <summary>
/// The values that stand in a text by themselves: its words, a few of them together, its lines, what follows a key. A value is never a
/// part of a longer word: `bob@x.com` doesn't stand in `evilbob@x.com`, and an address of the web stands there whole or not at all.
/// </summary>
internal static class ValueText
{
    /// <summary>Characters of a text that are looked at; what comes after is unknown.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>Words of a value of several.</summary>
    public const int MaxWords = 4;

    /// <summary>Marks after an address that may belong to the sentence.</summary>
    public const int MaxMarks = 8;

    // Short numbers stand in every text: only where something says that they are a value.
    private const int MinDigits = 5;
    private const int MinLength = 3;

    private const string Marks = ".,;:!?'\"`*_~()[]{}<>«»“”‘’„…#";

    private static readonly char[] s_marks = Marks.ToCharArray();

    private static readonly SearchValues<char> s_breaks = SearchValues.Create(",;|<>()[]{}\"`“”«»„");

    private static readonly SearchValues<char> s_quotes = SearchValues.Create("\"`<>“”«»„");

    /// <summary>Each value, some of them more than once.</summary>
    /// <param name="text">The text.</param>
    /// <param name="brief">True where short words and numbers count: in what a person typed.</param>
    /// <param name="found">Takes them.</param>
    public static void Find(string text, bool brief, Action<string> found)
    {
        text = text.Length > MaxLength ? CutAtWord(text) : text;
        Give(text.Trim(), found);
        var words = new List<string>();
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan()[range].Trim();
            if (line.IsEmpty)
            {
                continue;
            }

            FindInLine(line, found);
            words.Clear();
            foreach (var word in line.ToString().Split(default(char[]), StringSplitOptions.RemoveEmptyEntries))
            {
                words.Add(word);
                FindInWord(word, brief, found);
                var joined = word;
                for (var i = words.Count - 2; i >= 0 && i >= words.Count - MaxWords; i--)
                {
                    joined = $"{words[i]} {joined}";
                    Give(joined.Trim().Trim(s_marks), found);
                }
            }
        }
    }

    /// <summary>
    /// The addresses of the web that a text holds, each to the end of its word: what a program might make a link of, written with or
    /// without its scheme, also where it is broken up.
    /// </summary>
    public static IEnumerable<string> UrlsOf(string text)
    {
        var plain = Plain(text);
        foreach (var word in plain.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries))
        {
            foreach (var range in SplitAt(word, s_quotes))
            {
                if (LinkText.StartIn(word[range], UrlStart(word[range])) is { } start)
                {
                    yield return word[range][start..];
                }
            }
        }

        foreach (var url in LinkText.BrokenIn(plain))
        {
            yield return url;
        }
    }

    /// <summary>An address, and the same without the marks that may belong to its sentence.</summary>
    public static IEnumerable<string> Unmarked(string url)
    {
        yield return url;
        for (var i = 0; i < MaxMarks && url.Length > 0 && Marks.Contains(url[^1], StringComparison.Ordinal); i++)
        {
            url = url[..^1];
            yield return url;
        }
    }

    private static void FindInLine(ReadOnlySpan<char> line, Action<string> found)
    {
        Give(line.ToString(), found);
        if (line.StartsWith("- ") || line.StartsWith("* "))
        {
            line = line[2..].Trim();
            Give(Unquoted(line), found);
        }

        if (line.IndexOf(": ") is > 0 and var colon)
        {
            Give(Unquoted(line[(colon + 2)..].Trim()), found);
        }
    }

    private static void FindInWord(string word, bool brief, Action<string> found)
    {
        if (UrlIn(word) is { } url)
        {
            // Cut at a comma it would be another address.
            foreach (var one in Unmarked(url))
            {
                Give(one, found);
            }

            foreach (var range in SplitAt(word, s_quotes))
            {
                if (UrlIn(word[range]) is { } quoted && quoted != url)
                {
                    foreach (var one in Unmarked(quoted))
                    {
                        Give(one, found);
                    }
                }
            }

            return;
        }

        GiveWord(word, brief, found);
        if (word.Contains("\"@", StringComparison.Ordinal) || word.Contains("@\"", StringComparison.Ordinal))
        {
            return;
        }

        foreach (var range in SplitAt(word, s_breaks))
        {
            var piece = word[range];
            if (piece.Length != word.Length)
            {
                GiveWord(piece, brief, found);
            }

            if (piece.IndexOfAny([':', '=']) is > 0 and var key && key < piece.Length - 1)
            {
                GiveWord(piece[(key + 1)..], brief, found);
            }
        }
    }

    private static void GiveWord(string word, bool brief, Action<string> found)
    {
        var plain = word.Trim(s_marks);
        foreach (var one in (string[])[plain, word.TrimEnd(s_marks), plain.TrimStart('@'), Possessed(plain)])
        {
            if (brief || (one.Length >= MinLength && (one.Length >= MinDigits || !one.All(char.IsAsciiDigit))))
            {
                Give(one, found);
            }
        }
    }

    private static string Possessed(string word) =>
        word.EndsWith("'s", StringComparison.Ordinal) || word.EndsWith("’s", StringComparison.Ordinal)
            ? word[..^2]
            : word;

    private static void Give(string value, Action<string> found)
    {
        if (value.Length is > 0 and <= ValueForm.MaxLength)
        {
            found(value);
        }
    }

    private static string Unquoted(ReadOnlySpan<char> text) =>
        text.Length >= 2 && text[0] == text[^1] && text[0] is '\'' or '"' ? text[1..^1].ToString() : text.ToString();

    // Full-width letters and ideographic stops, which are taken for the plain ones where an address is read.
    private static string Plain(string text) =>
        text.AsSpan().IndexOfAnyInRange('\u3002', '\uff61') < 0
            ? text
            : string.Create(
                text.Length,
                text,
                static (plain, from) =>
                {
                    for (var i = 0; i < from.Length; i++)
                    {
                        plain[i] = from[i] switch
                        {
                            >= '\uff01' and <= '\uff5e' => (char)(from[i] - 0xfee0),
                            '\u3002' or '\uff61' => '.',
                            _ => from[i],
                        };
                    }
                }
            );

    private static string? UrlIn(string word) => UrlStart(word) is { } start ? word[start..] : null;

    private static int? UrlStart(string word)
    {
        var start = int.MaxValue;
        var scheme = word.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            while (scheme > 0 && (char.IsAsciiLetterOrDigit(word[scheme - 1]) || word[scheme - 1] is '+' or '-' or '.'))
            {
                scheme--;
            }

            start = scheme;
        }

        Earlier("//");
        Earlier("\\\\");
        Earlier("www.");
        return start == int.MaxValue ? LinkText.BareHost(word) : start;

        void Earlier(string mark)
        {
            var at = word.IndexOf(mark, StringComparison.OrdinalIgnoreCase);
            if (at >= 0 && at < start)
            {
                start = at;
            }
        }
    }

    private static List<Range> SplitAt(string word, SearchValues<char> breaks)
    {
        var ranges = new List<Range>();
        var from = 0;
        while (from <= word.Length)
        {
            var next = word.AsSpan(from).IndexOfAny(breaks);
            var end = next < 0 ? word.Length : from + next;
            if (end > from)
            {
                ranges.Add(from..end);
            }

            from = end + 1;
        }

        return ranges;
    }

    private static string CutAtWord(string text)
    {
        var end = text.AsSpan(0, MaxLength).LastIndexOfAny(' ', '\n', '\t');
        return end < 0 ? "" : text[..end];
    }
}
