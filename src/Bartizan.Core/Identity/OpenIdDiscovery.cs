using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Core.Identity;

/// <summary>Reads what a provider says of itself (OpenID Connect Discovery 1.0, 3 and 4.3).</summary>
public static class OpenIdDiscovery
{
    /// <summary>Bytes of the document; one has some thousands.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>Characters of an address in it.</summary>
    public const int MaxAddressChars = 2048;

    /// <summary>Texts of a list in it.</summary>
    public const int MaxTexts = 64;

    private const string Keys = "jwks_uri";
    private const string Authorization = "authorization_endpoint";
    private const string Token = "token_endpoint";
    private const string EndSession = "end_session_endpoint";

    private static readonly ImmutableArray<string> s_addresses = [Keys, Authorization, Token, EndSession];

    /// <summary>Where the document is. A slash at the end of the issuer is left out (4.1).</summary>
    public static Uri PlaceOf(OpenIdIssuer issuer)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        return new Uri($"{issuer.Name.TrimEnd('/')}/.well-known/openid-configuration");
    }

    /// <summary>Reads it; null for what isn't of that very issuer, or leads where no secret may go.</summary>
    /// <param name="utf8">The document.</param>
    /// <param name="issuer">Who must say so.</param>
    /// <param name="problem">What is wrong, to follow the issuer in a sentence; empty when nothing is.</param>
    public static OpenIdProvider? Read(ReadOnlyMemory<byte> utf8, OpenIdIssuer issuer, out string problem)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        problem = $"says more than {MaxBytes} bytes of itself";
        if (utf8.Length > MaxBytes)
        {
            return null;
        }

        problem = "says of itself what is no JSON object";
        if (StrictJson.Parse(utf8) is not { } said)
        {
            return null;
        }

        // INVARIANT: identical (4.3). Else whoever answers at an address could have the tokens of another issuer taken.
        problem = "says that it is another issuer: it must be named to the letter";
        if (!string.Equals(StrictJson.TextOf(said, "issuer"), issuer.Name, StringComparison.Ordinal))
        {
            return null;
        }

        foreach (var name in s_addresses)
        {
            problem =
                $"has its `{name}` where nothing is asked of it: it must be https, and on this host only if the issuer is";
            if (said.TryGetProperty(name, out _) && AddressOf(said, name, issuer) is null)
            {
                return null;
            }
        }

        problem = "doesn't say where its keys are";
        if (AddressOf(said, Keys, issuer) is not { } keys)
        {
            return null;
        }

        problem = "";
        return new OpenIdProvider
        {
            Issuer = issuer,
            Keys = keys,
            Authorization = AddressOf(said, Authorization, issuer),
            Token = AddressOf(said, Token, issuer),
            EndSession = AddressOf(said, EndSession, issuer),
            CodeChallengeMethods = TextsOf(said, "code_challenge_methods_supported"),
            ClientWays = TextsOf(said, "token_endpoint_auth_methods_supported"),
            NamesItself =
                StrictJson.Member(said, "authorization_response_iss_parameter_supported").ValueKind
                == JsonValueKind.True,
        };
    }

    private static Uri? AddressOf(JsonElement said, string name, OpenIdIssuer issuer)
    {
        var home = new Uri(issuer.Name);
        return
            StrictJson.TextOf(said, name) is { Length: <= MaxAddressChars } text
            && !text.StartsWith('/')
            && Uri.TryCreate(text, UriKind.Absolute, out var url)
            && OpenIdIssuer.IsFit(url)
            && (!url.IsLoopback || home.IsLoopback)
            && (url.Scheme == Uri.UriSchemeHttps || home.Scheme == Uri.UriSchemeHttp)
            ? url
            : null;
    }

    private static ImmutableArray<string> TextsOf(JsonElement said, string name) =>
        StrictJson.Member(said, name) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() <= MaxTexts
            ? [.. list.EnumerateArray().Select(StrictJson.TextOf).OfType<string>()]
            : [];
}
