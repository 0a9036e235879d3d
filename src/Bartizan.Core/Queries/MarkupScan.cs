using Bartizan.Core.Conditions;

namespace Bartizan.Core.Queries;

/// <summary>
/// Reads the tags of a text by a grammar much narrower than HTML's: a browser repairs what is broken, each in its own way, so that
/// whatever isn't plainly one of the few harmless tags is refused.
/// </summary>
public static class MarkupScan
{
    private static readonly HashSet<string> s_formatting = new(
        [
            "a",
            "b",
            "blockquote",
            "br",
            "code",
            "em",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "i",
            "li",
            "ol",
            "p",
            "pre",
            "s",
            "strong",
            "table",
            "tbody",
            "td",
            "th",
            "thead",
            "tr",
            "u",
            "ul",
        ],
        StringComparer.OrdinalIgnoreCase
    );

    private static readonly string[] s_schemes = ["https://", "http://", "mailto:"];

    /// <summary>Whether a text holds no more than it may.</summary>
    public static Truth Judge(ReadOnlySpan<char> text, Markup allowed)
    {
        for (var rest = text; rest.IndexOfAny('<', '&', '\0') is >= 0 and var at; )
        {
            rest = rest[at..];
            if (rest[0] == '\0')
            {
                return Truth.False;
            }

            if (rest[0] == '&')
            {
                // A sink that decodes twice makes a tag of it.
                if (
                    rest.StartsWith("&lt", StringComparison.OrdinalIgnoreCase)
                    || rest.StartsWith("&#", StringComparison.Ordinal)
                )
                {
                    return Truth.False;
                }

                rest = rest[1..];
                continue;
            }

            var length = allowed == Markup.Formatting ? Tag(rest) : 0;
            if (length == 0)
            {
                return Truth.False;
            }

            rest = rest[length..];
        }

        return Truth.True;
    }

    // The length of a harmless tag at the start of a text; 0 when there is none.
    private static int Tag(ReadOnlySpan<char> text)
    {
        var end = text.IndexOf('>');
        if (end < 0)
        {
            return 0;
        }

        var inner = text[1..end];
        if (inner is ['/', .. var closing])
        {
            return s_formatting.Contains(closing.ToString()) ? end + 1 : 0;
        }

        inner = inner is [.. var opening, '/'] ? opening : inner;
        var space = inner.IndexOf(' ');
        var name = (space < 0 ? inner : inner[..space]).ToString();
        if (!s_formatting.Contains(name))
        {
            return 0;
        }

        return space < 0 || inner[space..].Trim(' ').IsEmpty || (name is "a" or "A" && IsLink(inner[space..].Trim(' ')))
            ? end + 1
            : 0;
    }

    private static bool IsLink(ReadOnlySpan<char> attribute)
    {
        if (!attribute.StartsWith("href=\"", StringComparison.OrdinalIgnoreCase) || attribute[^1] != '"')
        {
            return false;
        }

        var address = attribute[6..^1];
        foreach (var c in address)
        {
            if (c is <= ' ' or >= '\x7f' or '"' or '\'' or '`' or '<' or '\\' or '&')
            {
                return false;
            }
        }

        foreach (var scheme in s_schemes)
        {
            if (address.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
