using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Vault.Tests.Providers.Clouds;

namespace Bartizan.Vault.Tests.Providers.Aws;

/// <summary>
/// AWS Signature Version 4 as whoever is asked verifies it: by what came on the wire, and the secret of the key that is named. Written from
/// the specification alone, with nothing of ours.
/// </summary>
internal static class OwnSignature
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>Who signed it, or the code of what is wrong.</summary>
    public static (OwnKey? Key, string Code) Verify(
        OwnAsk ask,
        string region,
        string service,
        Func<string, OwnKey?> keyOf,
        DateTimeOffset now
    )
    {
        var shown = ask.Fields.Authorization.ToString();
        if (!shown.StartsWith(Algorithm + " ", StringComparison.Ordinal))
        {
            return (null, "MissingAuthenticationToken");
        }

        var parts = shown[(Algorithm.Length + 1)..]
            .Split(", ")
            .Select(part => part.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        var scope = parts["Credential"].Split('/');
        var time = ask.Fields["x-amz-date"].ToString();
        if (
            !DateTimeOffset.TryParseExact(
                time,
                "yyyyMMdd'T'HHmmss'Z'",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var at
            )
            || scope is not [_, var day, var itsRegion, var itsService, "aws4_request"]
            || day != time[..8]
            || itsRegion != region
            || itsService != service
        )
        {
            return (null, "SignatureDoesNotMatch");
        }

        if ((now - at).Duration() > TimeSpan.FromMinutes(5))
        {
            return (null, "RequestTimeTooSkewed");
        }

        if (keyOf(scope[0]) is not { } key)
        {
            return (null, "InvalidClientTokenId");
        }

        var names = parts["SignedHeaders"].Split(';');
        var everyOther = ask
            .Fields.Select(field => field.Key.ToLowerInvariant())
            .Where(name => name.StartsWith("x-amz-", StringComparison.Ordinal));
        var hash = Hex(SHA256.HashData(ask.Body));
        var isRight =
            names.Contains("host")
            && everyOther.All(names.Contains)
            && names.SequenceEqual(names.Order(StringComparer.Ordinal))
            && (service != "s3" || ask.Fields["x-amz-content-sha256"].ToString() == hash)
            && Signature(key.Value, scope, time, Canonical(ask, names, hash)) == parts["Signature"];
        return !isRight ? (null, "SignatureDoesNotMatch")
            : (key.Token ?? "") != ask.Fields["x-amz-security-token"].ToString() ? (null, "InvalidClientTokenId")
            : key.Until <= now ? (null, "ExpiredToken")
            : (key, "");
    }

    private static string Canonical(OwnAsk ask, string[] names, string hash)
    {
        var text = new StringBuilder();
        text.Append(ask.Method).Append('\n').Append(ask.Path).Append('\n');
        text.AppendJoin(
                '&',
                ask.Query.Split('&', StringSplitOptions.RemoveEmptyEntries)
                    .Select(part => part.Contains('=', StringComparison.Ordinal) ? part : part + "=")
                    .Order(StringComparer.Ordinal)
            )
            .Append('\n');
        foreach (var name in names)
        {
            var value = name == "host" ? ask.Host : string.Join(',', ask.Fields[name].Select(one => one!.Trim()));
            text.Append(name).Append(':').Append(value).Append('\n');
        }

        return text.Append('\n').AppendJoin(';', names).Append('\n').Append(hash).ToString();
    }

    private static string Signature(string secret, string[] scope, string time, string canonical)
    {
        var key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var part in scope[1..])
        {
            key = Mac(key, part);
        }

        var toSign = string.Join(
            '\n',
            Algorithm,
            time,
            string.Join('/', scope[1..]),
            Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))
        );
        return Hex(Mac(key, toSign));
    }

    private static byte[] Mac(byte[] key, string text)
    {
        using var mac = new HMACSHA256(key);
        return mac.ComputeHash(Encoding.UTF8.GetBytes(text));
    }

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();
}

/// <summary>A key of the test's AWS.</summary>
internal sealed record OwnKey(string Id, string Value, string? Token, DateTimeOffset Until)
{
    /// <summary>The session policy that it was made with; null for none.</summary>
    public string? Policy { get; init; }

    public string? Arns { get; init; }

    public string Arn { get; init; } = "";
}
