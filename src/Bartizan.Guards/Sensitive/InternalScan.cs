using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Bartizan.Core.Findings;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Sensitive;

/// <summary>
/// Finds what tells of the inside of a network or a host: private addresses, names that no public server knows, paths of a person's or
/// the system's files, stack traces. It knows forms, not your network: a name like <c>db7</c> isn't found.
/// </summary>
public static class InternalScan
{
    /// <summary>Changes whenever its findings may.</summary>
    public const string Version = "1";

    private const string Guard = "internals";

    /// <summary>The longest name of a host: RFC 1035.</summary>
    private const int MaxName = 253;

    /// <summary>The longest path that is told whole.</summary>
    private const int MaxPath = 256;

    private static readonly SearchValues<char> _name = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
    );

    private static readonly SearchValues<char> _address = SearchValues.Create("0123456789abcdefABCDEF:.");

    private static readonly SearchValues<char> _pathEnds = SearchValues.Create(" \t\r\n\"'<>`|:;,*?()[]{}");

    // A place within an address, a name, a path: where one of these stands it is looked around.
    private static readonly SearchValues<string> _signs = SearchValues.Create(
        [
            "10.",
            "172.",
            "192.168.",
            "169.254.",
            "fd",
            "fe8",
            "fc",
            ".internal",
            ".local",
            ".corp",
            ".lan",
            ".intranet",
            ".home.arpa",
            "/home/",
            "/users/",
            "/root/",
            "/etc/",
            "/var/",
            "/opt/",
            "/srv/",
            ":\\users\\",
            .. StackTraces.Signs,
        ],
        StringComparison.OrdinalIgnoreCase
    );

    /// <summary>Adds what a text tells.</summary>
    internal static void Find(TextViews views, FoundList found)
    {
        foreach (var view in views.All)
        {
            if (view.Coding is not (Coding.Words or Coding.Rot13 or Coding.Reversed))
            {
                Find(view, found);
            }
        }
    }

    private static void Find(TextView view, FoundList found)
    {
        var text = view.Text.Span;
        var at = 0;
        while (!found.IsFull(Guard) && text[at..].IndexOfAny(_signs) is >= 0 and var next)
        {
            at += next;
            var end = text[at] switch
            {
                '.' => TakeName(view, text, at, found),
                '/' or ':' => TakePath(view, text, at, found),
                '1' or 'f' or 'F' => TakeAddress(view, text, at, found),
                _ => at,
            };
            end = Math.Max(end, StackTraces.Take(view, text, at, found));
            at = Math.Max(end, at + 1);
        }
    }

    private static int TakeAddress(TextView view, ReadOnlySpan<char> text, int at, FoundList found)
    {
        if (
            at > 0
            && (
                _address.Contains(text[at - 1]) || char.IsAsciiLetterOrDigit(text[at - 1]) || text[at - 1] is '-' or '_'
            )
        )
        {
            return at;
        }

        var length = text[at..Math.Min(text.Length, at + 46)].IndexOfAnyExcept(_address);
        var one = (length < 0 ? text[at..Math.Min(text.Length, at + 46)] : text.Slice(at, length)).TrimEnd(".:");

        // host:port: the port is none of it.
        var colon = one.IndexOf(':');
        one = one.IndexOf('.') >= 0 && colon > 0 ? one[..colon] : one;
        var end = at + one.Length;
        if (
            one.Length < 6
            || (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '-' or '_'))
            || !IPAddress.TryParse(one, out var address)
            || !IsInside(address, one)
        )
        {
            return at;
        }

        // A version has four parts, too, where a word says so.
        var before = text[Math.Max(0, at - 12)..at];
        var isVersion = before.Contains("version", StringComparison.OrdinalIgnoreCase) || before.EndsWith("v");
        found.Add(Guard, "internal-address", view, at, one.Length, FindingSeverity.Medium, isVersion ? 0.4 : 0.85);
        return end;
    }

    private static bool IsInside(IPAddress address, ReadOnlySpan<char> written)
    {
        var bytes = address.GetAddressBytes();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? written.Count(':') >= 2 && ((bytes[0] & 0xFE) == 0xFC || (bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80))
            : written.Count('.') == 3
                && (
                    bytes[0] == 10
                    || (bytes[0] == 172 && bytes[1] is >= 16 and < 32)
                    || (bytes[0] == 192 && bytes[1] == 168)
                    || (bytes[0] == 169 && bytes[1] == 254)
                );
    }

    private static int TakeName(TextView view, ReadOnlySpan<char> text, int at, FoundList found)
    {
        var start = at;
        while (start > 0 && at - start < MaxName && _name.Contains(text[start - 1]))
        {
            start--;
        }

        var end = at + 1;
        while (end < text.Length && end - start < MaxName && _name.Contains(text[end]))
        {
            end++;
        }

        var name = text[start..end].Trim(".-_");
        var last = name.LastIndexOf('.');
        var top = last < 0 ? default : name[(last + 1)..];
        var isInside =
            top is "internal" or "local" or "corp" or "lan" or "intranet"
            || name.EndsWith(".home.arpa")
            || name.EndsWith(".svc");
        if (!isInside || last < 2 || text[start] is '.' or '_' || name.Contains('_'))
        {
            return at;
        }

        // Packages of code end so, too, and files of settings: what stands in an address is a host.
        var isAddressed =
            (start > 0 && text[start - 1] is '@' or '/') || (end < text.Length && text[end] is ':' or '/');
        var isReversed =
            name.StartsWith("com.") || name.StartsWith("org.") || name.StartsWith("net.") || name.StartsWith("io.");
        var isCode = !isAddressed && (isReversed || (end < text.Length && text[end] == '('));
        var isPlain = top is "local" or "internal" && name.Count('.') == 1 && !name.ContainsAnyInRange('0', '9');
        found.Add(
            Guard,
            "internal-host",
            view,
            start,
            name.Length,
            FindingSeverity.Medium,
            isCode ? 0.4
                : isAddressed ? 0.9
                : isPlain ? 0.65
                : 0.8
        );
        return end;
    }

    private static int TakePath(TextView view, ReadOnlySpan<char> text, int at, FoundList found)
    {
        var isWindows = text[at] == ':';
        var start = isWindows ? at - 1 : at;
        if (start < 0 || (start > 0 && (_name.Contains(text[start - 1]) || text[start - 1] is '/' or '~')))
        {
            // A part of an address or of another path.
            return at;
        }

        var rest = text[(isWindows ? at + 1 : at)..Math.Min(text.Length, at + MaxPath)];
        var length = rest.IndexOfAny(_pathEnds);
        var path = (length < 0 ? rest : rest[..length]).TrimEnd(".,");
        var parts = path.Count(isWindows ? '\\' : '/');
        var isOfSomebody =
            isWindows || path.StartsWith("/home/") || path.StartsWith("/Users/") || path.StartsWith("/root/");
        if (parts < 2 || path.Length < 8)
        {
            return at;
        }

        var end = (isWindows ? at + 1 : at) + path.Length;
        found.Add(Guard, "host-path", view, start, end - start, FindingSeverity.Low, isOfSomebody ? 0.8 : 0.5);
        return end;
    }
}
