using System.Text;

namespace Bartizan.Core.Policies;

/// <summary>
/// The one canonical form of an HTTP path (RFC 3986 section 6.2.2): what was decided is, byte for byte, what is sent on.
/// What servers are known to read in different ways is refused and not repaired.
/// </summary>
public static class UrlPath
{
    /// <summary>The longest path, as common servers have it.</summary>
    public const int MaxLength = 8192;

    private const string Encoded = "\"<>^`{|}";

    /// <summary>
    /// Reads the path of an origin-form target, without its query. Escaped unreserved characters are decoded, escapes are
    /// written in capitals, dot segments are removed. Refused: what doesn't start with <c>/</c>, escaped separators and control
    /// characters, backslashes, double encoding, empty segments, dot segments above the root or with parameters
    /// (<c>..;</c>, <c>..%3B</c>). A refusal says in half a sentence what is wrong.
    /// </summary>
    public static bool TryNormalize(ReadOnlySpan<char> path, out string normal, out string problem)
    {
        normal = "";
        if (path.Length is 0 or > MaxLength || path[0] != '/')
        {
            problem = $"doesn't start with `/`, or is longer than {MaxLength} characters";
            return false;
        }

        var decoded = new StringBuilder(path.Length);
        for (var i = 0; i < path.Length; i++)
        {
            if (!TryAppend(path, ref i, decoded, out problem))
            {
                return false;
            }
        }

        var once = decoded.ToString();
        if (IsEncodedTwice(once))
        {
            problem = "is encoded twice";
            return false;
        }

        return TryRemoveDots(once, out normal, out problem);
    }

    private static bool TryAppend(ReadOnlySpan<char> path, ref int i, StringBuilder decoded, out string problem)
    {
        problem = "";
        var c = path[i];
        if (c == '%')
        {
            return TryAppendEscape(path, ref i, decoded, out problem);
        }

        if (c is <= ' ' or >= '\x7f' or '\\' or '?' or '#')
        {
            problem = "holds a character that no path has";
            return false;
        }

        if (Encoded.Contains(c, StringComparison.Ordinal))
        {
            decoded.Append('%').Append(((int)c).ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }
        else
        {
            decoded.Append(c);
        }

        return true;
    }

    private static bool TryAppendEscape(ReadOnlySpan<char> path, ref int i, StringBuilder decoded, out string problem)
    {
        problem = "holds a `%` that is no escape";
        if (i + 2 >= path.Length || !char.IsAsciiHexDigit(path[i + 1]) || !char.IsAsciiHexDigit(path[i + 2]))
        {
            return false;
        }

        var value = (char)Convert.ToByte(new string(path.Slice(i + 1, 2)), 16);
        if (value is '/' or '\\' or < ' ' or '\x7f')
        {
            problem = "hides a separator or a control character in an escape";
            return false;
        }

        problem = "";
        if (char.IsAsciiLetterOrDigit(value) || value is '-' or '.' or '_' or '~')
        {
            decoded.Append(value);
        }
        else
        {
            decoded.Append('%').Append(char.ToUpperInvariant(path[i + 1])).Append(char.ToUpperInvariant(path[i + 2]));
        }

        i += 2;
        return true;
    }

    // Looked for in the decoded form: `%25%32%65` is `%252e` one step later.
    private static bool IsEncodedTwice(string once)
    {
        for (var at = once.IndexOf("%25", StringComparison.Ordinal); at >= 0; )
        {
            if (at + 4 < once.Length && char.IsAsciiHexDigit(once[at + 3]) && char.IsAsciiHexDigit(once[at + 4]))
            {
                return true;
            }

            at = once.IndexOf("%25", at + 1, StringComparison.Ordinal);
        }

        return false;
    }

    private static bool TryRemoveDots(string decoded, out string normal, out string problem)
    {
        normal = "";
        problem = "";
        var segments = decoded[1..].Split('/');
        var kept = new List<string>(segments.Length);
        for (var i = 0; i < segments.Length; i++)
        {
            var (segment, last) = (segments[i], i == segments.Length - 1);
            if (
                segment.StartsWith(".;", StringComparison.Ordinal)
                || segment.StartsWith("..;", StringComparison.Ordinal)
                || segment.StartsWith(".%3B", StringComparison.Ordinal)
                || segment.StartsWith("..%3B", StringComparison.Ordinal)
            )
            {
                problem = "has a dot segment with parameters";
                return false;
            }

            if (segment == ".." && kept.Count == 0)
            {
                problem = "climbs above the root";
                return false;
            }

            if (segment.Length == 0 && !last)
            {
                problem = "has an empty segment (`//`)";
                return false;
            }

            if (segment == "..")
            {
                kept.RemoveAt(kept.Count - 1);
            }
            else if (segment is not ".")
            {
                kept.Add(segment);
                continue;
            }

            // A dot segment at the end names a folder: RFC 3986 5.2.4 leaves its slash.
            if (last)
            {
                kept.Add("");
            }
        }

        normal = "/" + string.Join('/', kept);
        return true;
    }
}
