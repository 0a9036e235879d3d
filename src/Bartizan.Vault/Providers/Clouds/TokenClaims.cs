using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Vault.Providers.Clouds;

/// <summary>
/// What an issued JSON web token says of itself. Its signature isn't verified: it comes from the issuer, over TLS; what counts is whether
/// it says more than was asked for.
/// </summary>
/// <param name="Subject">Whom it speaks of.</param>
/// <param name="Audiences">Who is to take it.</param>
/// <param name="Life">From when it says that it was made until it ends.</param>
/// <param name="Ends">When it ends: that counts wherever it is shown.</param>
/// <param name="Cluster">What a cluster says in it of what it is bound to; undefined for none.</param>
internal sealed record TokenClaims(
    string Subject,
    ImmutableArray<string> Audiences,
    TimeSpan Life,
    DateTimeOffset Ends,
    JsonElement Cluster
)
{
    /// <summary>No token counts so long (the year 3000): what says so says nothing that can be computed with.</summary>
    private const long MaxEnd = 32_503_680_000;

    /// <summary>Reads one; null when it is none, or has no end.</summary>
    public static TokenClaims? Read(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(
                Base64Url.DecodeFromChars(parts[1]),
                new JsonDocumentOptions { AllowDuplicateProperties = false }
            );
            var (made, ends) = (NumberOf(json.RootElement, "iat"), NumberOf(json.RootElement, "exp"));
            var audience = ProviderReply.PartOf(json.RootElement, "aud");
            return made is not { } from || ends is not { } until || until <= from || until > MaxEnd
                ? null
                : new TokenClaims(
                    ProviderReply.TextOf(json.RootElement, "sub") ?? "",
                    audience.ValueKind == JsonValueKind.Array
                        ? [.. audience.EnumerateArray().Select(one => ProviderReply.TextOf(one) ?? "")]
                        : [ProviderReply.TextOf(audience) ?? ""],
                    TimeSpan.FromSeconds(until - from),
                    DateTimeOffset.FromUnixTimeSeconds(until),
                    ProviderReply.PartOf(json.RootElement, "kubernetes.io") is { ValueKind: JsonValueKind.Object } said
                        ? said.Clone()
                        : default
                );
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    private static long? NumberOf(JsonElement of, string name) =>
        ProviderReply.PartOf(of, name) is { ValueKind: JsonValueKind.Number } number
        && number.TryGetInt64(out var value)
        && value >= 0
            ? value
            : null;
}
