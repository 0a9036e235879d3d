using System.Globalization;
using System.Text;

namespace Bartizan.Core.Flow;

/// <summary>
/// The one spelling of a value that is compared: trimmed, the host of an address in lower case, and nothing else: letters that only look
/// alike, or that some programs take for the same, are others. Never less than the whole value, and nothing that could be read in two
/// ways: a value with control or invisible characters has no spelling, and is never traced.
/// </summary>
internal static class ValueForm
{
    /// <summary>Characters of a value that is compared; a longer one is no name, address or id.</summary>
    public const int MaxLength = 2048;

    private const string SchemeEnd = "://";

    /// <summary>The spelling; null for what has none.</summary>
    public static string? Of(string value)
    {
        var trimmed = value.Trim(' ');
        if (trimmed.Length is 0 or > MaxLength || HasHidden(trimmed))
        {
            return null;
        }

        if (trimmed.IndexOf(SchemeEnd, StringComparison.Ordinal) is > 0 and var end && IsScheme(trimmed.AsSpan(0, end)))
        {
            return OfUrl(trimmed, end + SchemeEnd.Length);
        }

        return IsMail(trimmed) ? OfMail(trimmed) : trimmed;
    }

    /// <summary>True for a plain address and nothing else: one `@`, and nothing that ends or starts another address.</summary>
    public static bool IsMail(ReadOnlySpan<char> text)
    {
        var at = text.IndexOf('@');
        if (at <= 0 || at == text.Length - 1 || text[(at + 1)..].Contains('@') || !text[(at + 1)..].Contains('.'))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (
                char.IsWhiteSpace(c)
                || c is '<' or '>' or ',' or ';' or ':' or '"' or '(' or ')' or '[' or ']' or '\\' or '/'
            )
            {
                return false;
            }
        }

        return true;
    }

    private static string OfMail(string mail)
    {
        var at = mail.IndexOf('@', StringComparison.Ordinal);
        return string.Concat(mail.AsSpan(0, at + 1), mail[(at + 1)..].ToLowerInvariant());
    }

    // Who reads an address with credentials in it, or with back slashes, doesn't see where it leads.
    private static string? OfUrl(string url, int start)
    {
        var rest = url.AsSpan(start);
        var length = rest.IndexOfAny('/', '?', '#');
        var authority = length < 0 ? rest : rest[..length];
        if (authority.IsEmpty || authority.Contains('@') || url.Contains('\\', StringComparison.Ordinal))
        {
            return null;
        }

        var scheme = url[..(start - SchemeEnd.Length)].ToLowerInvariant();
        var host = authority.ToString().ToLowerInvariant();
        var port = scheme switch
        {
            "http" => ":80",
            "https" => ":443",
            _ => null,
        };
        if (port is not null && host.EndsWith(port, StringComparison.Ordinal))
        {
            host = host[..^port.Length];
        }

        var tail = length < 0 ? "/" : rest[length..].ToString();
        return $"{scheme}{SchemeEnd}{host}{(tail[0] == '/' ? "" : "/")}{tail}";
    }

    private static bool IsScheme(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.'))
            {
                return false;
            }
        }

        return char.IsAsciiLetter(text[0]);
    }

    private static bool HasHidden(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            // What isn't Unicode is read as the replacement character.
            if (
                rune == Rune.ReplacementChar
                || Rune.GetUnicodeCategory(rune)
                    is UnicodeCategory.Control
                        or UnicodeCategory.Format
                        or UnicodeCategory.LineSeparator
                        or UnicodeCategory.ParagraphSeparator
                        or UnicodeCategory.PrivateUse
                        or UnicodeCategory.Surrogate
                        or UnicodeCategory.OtherNotAssigned
            )
            {
                return true;
            }
        }

        return false;
    }
}
