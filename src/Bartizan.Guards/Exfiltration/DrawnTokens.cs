using System.Buffers;

namespace Bartizan.Guards.Exfiltration;

/// <summary>
/// Tokens that look drawn by lot in what goes to a host. It leaves out what is drawn by lot and no secret: identifiers, digests where a
/// name says that it is one, and fields that clients draw for themselves.
/// </summary>
internal static class DrawnTokens
{
    /// <summary>The shortest run that is a token: shorter ones are names and numbers of things.</summary>
    private const int Least = 24;

    /// <summary>The longest; a longer one is a file, and no token.</summary>
    private const int Most = 512;

    /// <summary>Characters before a digest in which its name stands.</summary>
    private const int Before = 24;

    private static readonly SearchValues<char> _in = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+/="
    );

    private static readonly SearchValues<string> _digests = SearchValues.Create(
        ["sha", "md5", "digest", "checksum", "etag", "commit", "integrity", "hash", "revision", "rev=", "tree", "blob"],
        StringComparison.OrdinalIgnoreCase
    );

    private static readonly string[] _ownFields =
    [
        "host",
        "user-agent",
        "accept",
        "content-",
        "date",
        "traceparent",
        "tracestate",
        "x-request-id",
        "x-amzn-trace-id",
        "idempotency-key",
        "if-none-match",
        "if-match",
        "sec-",
    ];

    /// <summary>True when the head of a request holds one, in its address or in a field that isn't the client's own.</summary>
    public static bool InHead(string head)
    {
        var isFirst = true;
        foreach (var line in head.AsSpan().EnumerateLines())
        {
            if ((isFirst || !IsOwn(line)) && In(line))
            {
                return true;
            }

            isFirst = false;
        }

        return false;
    }

    /// <summary>True when a text holds one.</summary>
    public static bool In(ReadOnlySpan<char> text)
    {
        for (var at = 0; at + Least <= text.Length; )
        {
            var last = at + Least - 1;
            if (!_in.Contains(text[last]))
            {
                at = last + 1;
                continue;
            }

            var start = last;
            while (start > at && _in.Contains(text[start - 1]))
            {
                start--;
            }

            var length = text[last..].IndexOfAnyExcept(_in);
            var end = length < 0 ? text.Length : last + length;
            at = end + 1;
            if (HasToken(text, start, end))
            {
                return true;
            }
        }

        return false;
    }

    // A path is no token, its parts may be.
    private static bool HasToken(ReadOnlySpan<char> text, int start, int end)
    {
        for (var at = start; at < end; )
        {
            var cut = text[at..end].IndexOfAny('/', '=');
            var to = cut < 0 ? end : at + cut;
            var one = text[at..to];
            if (
                one.Length is >= Least and <= Most
                && !IsUuid(one)
                && ExfiltrationGuard.IsOpaque(one)
                && !IsNamedDigest(text, at, one)
            )
            {
                return true;
            }

            at = to + 1;
        }

        return false;
    }

    private static bool IsUuid(ReadOnlySpan<char> one) => Guid.TryParseExact(one, "D", out _);

    private static bool IsNamedDigest(ReadOnlySpan<char> text, int at, ReadOnlySpan<char> one)
    {
        var isDigest = one.Length is 32 or 40 or 56 or 64 or 96 or 128 && !one.ContainsAnyExcept(_hex);
        var isIntegrity = one.StartsWith("sha256-") || one.StartsWith("sha384-") || one.StartsWith("sha512-");
        return isIntegrity || (isDigest && text[Math.Max(0, at - Before)..at].ContainsAny(_digests));
    }

    private static readonly SearchValues<char> _hex = SearchValues.Create("0123456789abcdefABCDEF");

    private static bool IsOwn(ReadOnlySpan<char> line)
    {
        foreach (var field in _ownFields)
        {
            if (line.StartsWith(field, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
