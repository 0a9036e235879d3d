using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Bartizan.Vault.Providers.Aws;

/// <summary>
/// AWS Signature Version 4 of what the daemon itself sends: a <c>POST</c> to <c>/</c> without a query. What it signs is what it returns;
/// nothing that stands in a field of Amazon's is left out.
/// </summary>
internal static class AwsSignature
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>The fields that the request has to carry, and with them the signature.</summary>
    public static IReadOnlyList<(string Name, string Value)> Sign(
        AwsKey key,
        AwsScope scope,
        string host,
        IEnumerable<(string Name, string Value)> fields,
        ReadOnlySpan<byte> body,
        DateTimeOffset now
    )
    {
        var time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var sent = fields.Append(("x-amz-date", time)).ToList();
        key.Token?.Use(token => sent.Add(("x-amz-security-token", token.ToString())));
        var signed = sent.Append(("host", host)).OrderBy(one => one.Item1, StringComparer.Ordinal).ToList();
        var names = string.Join(';', signed.Select(one => one.Item1));
        var canonical =
            $"POST\n/\n\n{string.Concat(signed.Select(one => $"{one.Item1}:{one.Item2}\n"))}\n{names}\n{Hex(SHA256.HashData(body))}";
        var within = $"{time[..8]}/{scope.Region}/{scope.Service}/aws4_request";
        var toSign = $"{Algorithm}\n{time}\n{within}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        sent.Add(
            (
                "Authorization",
                $"{Algorithm} Credential={key.Id}/{within}, SignedHeaders={names}, Signature={Hex(Signature(key, time[..8], scope, toSign))}"
            )
        );
        return sent;
    }

    private static byte[] Signature(AwsKey key, string day, AwsScope scope, string toSign)
    {
        byte[] signature = [];
        key.Value.Use(secret =>
        {
            var start = new byte[4 + secret.Length];
            "AWS4"u8.CopyTo(start);
            Encoding.ASCII.GetBytes(secret.Span, start.AsSpan(4));
            Span<byte> step = stackalloc byte[SHA256.HashSizeInBytes];
            try
            {
                HMACSHA256.HashData(start, Encoding.ASCII.GetBytes(day), step);
                HMACSHA256.HashData(step, Encoding.ASCII.GetBytes(scope.Region), step);
                HMACSHA256.HashData(step, Encoding.ASCII.GetBytes(scope.Service), step);
                HMACSHA256.HashData(step, "aws4_request"u8, step);
                signature = HMACSHA256.HashData(step, Encoding.UTF8.GetBytes(toSign));
            }
            finally
            {
                CryptographicOperations.ZeroMemory(start);
                CryptographicOperations.ZeroMemory(step);
            }
        });
        return signature;
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
