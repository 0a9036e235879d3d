using System.Text;
using System.Text.RegularExpressions;

namespace Bartizan.Core.Flow;

/// <summary>
/// Addresses that browsers and mail programs follow although they aren't written as they should be. Only what leaves is looked at in
/// this way: what somebody names is taken as it is written.
/// </summary>
internal static partial class LinkText
{
    /// <summary>Where the first address of a word starts.</summary>
    /// <param name="word">The word.</param>
    /// <param name="plain">Where a well-written one does.</param>
    public static int? StartIn(string word, int? plain)
    {
        var start = plain ?? int.MaxValue;
        if (SchemeInWord().Match(word) is { Success: true } scheme)
        {
            start = Math.Min(start, scheme.Index);
        }

        // An address without a scheme that holds one that is known is another.
        start = Math.Min(start, HostWithPath(word) ?? start);
        return start == int.MaxValue ? null : start;
    }

    /// <summary>`host.tld/…`, `host.tld?…`, `host.tld:port`: programs make links of it, too.</summary>
    public static int? BareHost(string word)
    {
        var from = 0;
        while (from < word.Length && !char.IsLetterOrDigit(word[from]))
        {
            from++;
        }

        var end = EndOfHost(word, from);
        return IsHost(word.AsSpan(from, end - from)) && end < word.Length - 1 && word[end] is '/' or '?' or '#' or ':'
            ? from
            : null;
    }

    /// <summary>
    /// Addresses with tabs or ends of lines in them, which browsers take out: in the scheme, or in what stands in quotes or brackets.
    /// Elsewhere a line's end is the address's.
    /// </summary>
    public static IEnumerable<string> BrokenIn(string text)
    {
        if (!text.AsSpan().ContainsAny('\t', '\r', '\n'))
        {
            yield break;
        }

        var joined = new StringBuilder(text.Length);
        var isAfterBreak = new List<bool>(text.Length);
        var isBroken = false;
        foreach (var c in text)
        {
            if (c is '\t' or '\r' or '\n')
            {
                isBroken = true;
                continue;
            }

            joined.Append(c);
            isAfterBreak.Add(isBroken);
            isBroken = false;
        }

        var whole = joined.ToString();
        foreach (Match scheme in Scheme().Matches(whole))
        {
            var (from, past) = (scheme.Index, scheme.Index + scheme.Length);
            var closer = from == 0 ? ' ' : CloserOf(whole[from - 1]);
            var end = from;
            // A longer one is unknown anyway.
            var most = Math.Min(whole.Length, from + (2 * ValueForm.MaxLength));
            while (end < most && !char.IsWhiteSpace(whole[end]) && whole[end] is not ('"' or '<' or '>' or '`'))
            {
                if (whole[end] == closer)
                {
                    break;
                }

                end++;
            }

            var last = closer == ' ' ? past : end;
            if (isAfterBreak.IndexOf(true, from + 1, Math.Max(0, last - from - 1)) >= 0)
            {
                yield return whole[from..end];
            }
        }
    }

    // After a slash it is a path's part: `src/Some.Name/x`. A port alone may be a line's number.
    private static int? HostWithPath(string word)
    {
        var from = 0;
        while (from < word.Length)
        {
            var end = EndOfHost(word, from);
            if (end == from)
            {
                from++;
                continue;
            }

            var path = end;
            if (path < word.Length && word[path] == ':')
            {
                path++;
                while (path < word.Length && char.IsAsciiDigit(word[path]))
                {
                    path++;
                }
            }

            var hasPath = path < word.Length && (word[path] == '/' || (word[path] == '?' && path < word.Length - 1));
            if (hasPath && (from == 0 || word[from - 1] is not ('/' or '\\' or '_')))
            {
                var dots = word.AsSpan(from, end - from).IndexOfAnyExcept('.', '-');
                if (dots >= 0 && IsHost(word.AsSpan(from + dots, end - from - dots)))
                {
                    return from + dots;
                }
            }

            from = end;
        }

        return null;
    }

    private static int EndOfHost(string word, int from)
    {
        while (from < word.Length && (char.IsLetterOrDigit(word[from]) || word[from] is '-' or '.'))
        {
            from++;
        }

        return from;
    }

    private static bool IsHost(ReadOnlySpan<char> host)
    {
        var dot = host.LastIndexOf('.');
        return dot > 0 && host.Length - dot > 2 && !host[(dot + 1)..].ContainsAnyInRange('0', '9');
    }

    private static char CloserOf(char opener) =>
        opener switch
        {
            '"' or '\'' or '`' => opener,
            '(' => ')',
            '<' => '>',
            _ => ' ',
        };

    [GeneratedRegex("(?:https?|ftp|wss?):[/\\\\]*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Scheme();

    // `news:` and `rows:` are words; the name alone, as in a sentence about it, leads nowhere.
    [GeneratedRegex("(?:https?|(?<![a-z0-9])(?:ftp|wss?)):.", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SchemeInWord();
}
