using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Core.Manifests;

namespace Bartizan.Gateway.Egress.Injection;

/// <summary>
/// Signs a request with AWS Signature Version 4. What the agent signed it with is taken out; the query goes out in the canonical form that
/// is signed. Not signed: what was signed in its address, in pieces, or by SigV4A.
/// </summary>
internal static class SigV4
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string ContentHash = "x-amz-content-sha256";

    /// <summary>The request, signed; the value is the secret of the place's access key, or of one that was made.</summary>
    public static Injected Sign(
        OutgoingRequest request,
        CredentialPlace place,
        ReadOnlySpan<char> value,
        DateTimeOffset now,
        MadeKey? made = null
    )
    {
        if ((made?.Id ?? place.AccessKey) is not { Length: > 0 } id)
        {
            return Injected.No("its credential has no key's id: it wasn't made by a provider");
        }

        if (Problem(request) is { } problem)
        {
            return Injected.No(problem);
        }

        if (request.Body is { Length: > Placing.MaxBodyBytes })
        {
            return Injected.No($"its body has more than {Placing.MaxBodyBytes >> 20} MiB: it isn't signed");
        }

        var isStore = place.Service == "s3";
        var hash = Hex(SHA256.HashData(request.Body is { } body ? body.Span : []));
        var time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var sent = request.Without("Authorization").Without("Date").Without("X-Amz-Security-Token") with
        {
            Query = request.Query.Length > 1 ? "?" + CanonicalQuery(request.Query[1..]) : "",
        };
        sent = isStore || request.Has(ContentHash) ? sent.With(ContentHash, hash) : sent;
        sent = sent.With("x-amz-date", time);
        sent = made is { } key ? sent.With("x-amz-security-token", key.Token) : sent;
        var path = isStore
            ? Encode(Uri.UnescapeDataString(request.Path), slashes: true)
            : Encode(request.Path, slashes: true);
        var (scope, signed) = ($"{time[..8]}/{place.Region}/{place.Service}/aws4_request", SignedFields(sent));
        var names = string.Join(';', signed.Select(f => f.Name));
        var canonical =
            $"{sent.Method}\n{path}\n{sent.Query.TrimStart('?')}\n"
            + $"{string.Concat(signed.Select(f => $"{f.Name}:{f.Value}\n"))}\n{names}\n{hash}";
        var toSign = $"{Algorithm}\n{time}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var signature = Hex(Signature(value, time[..8], place.Region, place.Service, toSign));
        return sent.With(
            "Authorization",
            $"{Algorithm} Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}"
        );
    }

    private static string? Problem(OutgoingRequest request) =>
        request.Fields.Any(f => f.Is("Authorization") && f.Value.Contains("ECDSA", StringComparison.OrdinalIgnoreCase))
            ? "it is signed with SigV4A, which isn't signed anew"
        : Parameters.Without((request.Query.Length == 0 ? "" : request.Query[1..]), "X-Amz-Signature")
            is not { Values: [] }
        || Parameters.Without((request.Query.Length == 0 ? "" : request.Query[1..]), "X-Amz-Algorithm")
            is not { Values: [] }
        || Parameters.Without((request.Query.Length == 0 ? "" : request.Query[1..]), "X-Amz-Security-Token")
            is not { Values: [] }
            ? "it is signed in its address, which isn't signed anew"
        : request.Fields.Any(f =>
            f.Is(ContentHash) && f.Value.StartsWith("STREAMING", StringComparison.OrdinalIgnoreCase)
        )
        || request.Fields.Any(f =>
            f.Is("Content-Encoding") && f.Value.Contains("aws-chunked", StringComparison.OrdinalIgnoreCase)
        )
            ? "its body is signed in pieces, which isn't signed anew"
        : request.Fields.Any(f => f.Name.StartsWith("x-amz-copy-source", StringComparison.OrdinalIgnoreCase))
            ? "it names a second thing, to copy from, which no rule saw"
        : null;

    /// <summary>What is signed of the fields: host, type, and what is Amazon's own; each name once, in order.</summary>
    private static List<(string Name, string Value)> SignedFields(OutgoingRequest request) =>
        [
            .. request
                .Fields.Append(new HeadField("host", request.Authority))
                .Where(f =>
                    f.Is("host")
                    || f.Is("content-type")
                    || f.Is("content-md5")
                    || f.Is("range")
                    || f.Name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase)
                )
                .GroupBy(f => f.Name.ToLowerInvariant(), StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => (g.Key, string.Join(',', g.Select(f => OneLine(f.Value))))),
        ];

    private static string OneLine(string value) =>
        string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>By name and then by value, each encoded in the one way.</summary>
    private static string CanonicalQuery(string query) =>
        string.Join(
            '&',
            query
                .Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Select(static part =>
                {
                    var end = part.IndexOf('=', StringComparison.Ordinal);
                    return (Name: Anew(end < 0 ? part : part[..end]), Value: end < 0 ? "" : Anew(part[(end + 1)..]));
                })
                .OrderBy(p => p.Name, StringComparer.Ordinal)
                .ThenBy(p => p.Value, StringComparer.Ordinal)
                .Select(p => $"{p.Name}={p.Value}")
        );

    private static string Anew(string text) => Encode(Uri.UnescapeDataString(text.Replace('+', ' ')), slashes: false);

    private static string Encode(string text, bool slashes)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'~')
            {
                encoded.Append((char)b);
            }
            else if (slashes && b == '/')
            {
                encoded.Append('/');
            }
            else
            {
                encoded.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return encoded.ToString();
    }

    private static byte[] Signature(ReadOnlySpan<char> secret, string day, string region, string service, string toSign)
    {
        var key = new byte[4 + secret.Length];
        "AWS4"u8.CopyTo(key);
        Encoding.ASCII.GetBytes(secret, key.AsSpan(4));
        Span<byte> step = stackalloc byte[SHA256.HashSizeInBytes];
        try
        {
            HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(day), step);
            HMACSHA256.HashData(step, Encoding.ASCII.GetBytes(region), step);
            HMACSHA256.HashData(step, Encoding.ASCII.GetBytes(service), step);
            HMACSHA256.HashData(step, "aws4_request"u8, step);
            return HMACSHA256.HashData(step, Encoding.UTF8.GetBytes(toSign));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(step);
        }
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
