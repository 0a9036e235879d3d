using System.Buffers;
using System.Net;
using Bartizan.Core.Findings;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Sensitive;

/// <summary>Finds addresses of people and machines: e-mail, telephone numbers with their country, IP addresses.</summary>
internal static class ContactScan
{
    /// <summary>The longest local part: RFC 5321.</summary>
    private const int MaxLocal = 64;

    /// <summary>The longest domain: RFC 1035.</summary>
    private const int MaxDomain = 253;

    /// <summary>Digits of a telephone number: E.164.</summary>
    private const int MaxPhone = 15;

    private static readonly SearchValues<char> _local = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-"
    );

    private static readonly SearchValues<char> _domain = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"
    );

    private static readonly SearchValues<char> _starts = SearchValues.Create("@+");

    /// <summary>Adds the addresses of a view.</summary>
    public static void Find(TextView view, FoundList found)
    {
        var text = view.Text.Span;
        var at = 0;
        while (!found.IsFull("personal_data") && text[at..].IndexOfAny(_starts) is >= 0 and var next)
        {
            at += next;
            at += Math.Max(1, text[at] == '@' ? TakeMail(view, text, at, found) : TakePhone(view, text, at, found));
        }

        FindIp(view, text, found);
    }

    private static int TakeMail(TextView view, ReadOnlySpan<char> text, int at, FoundList found)
    {
        var start = at;
        while (start > 0 && at - start < MaxLocal && _local.Contains(text[start - 1]))
        {
            start--;
        }

        var rest = text[(at + 1)..Math.Min(text.Length, at + 1 + MaxDomain)];
        var length = rest.IndexOfAnyExcept(_domain);
        var domain = (length < 0 ? rest : rest[..length]).TrimEnd(".-");
        var dot = domain.LastIndexOf('.');
        if (start == at || dot <= 0 || domain.Length - dot < 3 || domain[(dot + 1)..].ContainsAnyInRange('0', '9'))
        {
            return 0;
        }

        found.Add(
            "personal_data",
            "email",
            view,
            start,
            at + 1 + domain.Length - start,
            FindingSeverity.Low,
            domain.EndsWith(".example") || domain.StartsWith("example.") ? 0.5 : 0.9
        );
        return domain.Length;
    }

    private static int TakePhone(TextView view, ReadOnlySpan<char> text, int at, FoundList found)
    {
        var (end, digits, last) = (at + 1, 0, at);
        while (
            end < text.Length
            && digits <= MaxPhone
            && (char.IsAsciiDigit(text[end]) || text[end] is ' ' or '-' or '(' or ')' or '.' or '/')
        )
        {
            if (char.IsAsciiDigit(text[end]))
            {
                digits++;
                last = end;
            }
            else if (end > at + 1 && !char.IsAsciiDigit(text[end - 1]) && text[end - 1] is not (')' or ' '))
            {
                break;
            }

            end++;
        }

        if (
            digits is < 8 or > MaxPhone
            || text[at + 1] is < '1' or > '9'
            || (at > 0 && char.IsAsciiLetterOrDigit(text[at - 1]))
            || (last + 1 < text.Length && char.IsAsciiLetterOrDigit(text[last + 1]))
        )
        {
            return 0;
        }

        found.Add("personal_data", "phone", view, at, last + 1 - at, FindingSeverity.Low, 0.75);
        return last + 1 - at;
    }

    private static void FindIp(TextView view, ReadOnlySpan<char> text, FoundList found)
    {
        var at = 0;
        while (!found.IsFull("personal_data") && text[at..].IndexOf('.') is >= 0 and var next)
        {
            at += next;
            var start = at;
            while (start > 0 && at - start < 4 && char.IsAsciiDigit(text[start - 1]))
            {
                start--;
            }

            var end = at;
            var dots = 0;
            while (
                end < text.Length
                && end - start <= 15
                && (char.IsAsciiDigit(text[end]) || (text[end] == '.' && ++dots <= 3))
            )
            {
                end++;
            }

            var one = text[start..end];
            if (
                dots >= 3
                && at - start is > 0 and < 4
                && (start == 0 || !(char.IsAsciiLetterOrDigit(text[start - 1]) || text[start - 1] is '.' or '-'))
                && (end == text.Length || !(char.IsAsciiLetterOrDigit(text[end]) || text[end] is '.' or '-'))
                && IPAddress.TryParse(one, out var address)
            )
            {
                var bytes = address.GetAddressBytes();
                var inside =
                    bytes[0] is 10 or 127
                    || (bytes[0] == 192 && bytes[1] == 168)
                    || (bytes[0] == 172 && bytes[1] is >= 16 and < 32);
                found.Add(
                    "personal_data",
                    inside ? "internal-address" : "ip-address",
                    view,
                    start,
                    end - start,
                    FindingSeverity.Low,
                    0.7
                );
                at = end;
            }
            else
            {
                at++;
            }
        }
    }
}
