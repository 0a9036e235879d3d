using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Bartizan.Core.Identity;

/// <summary>
/// Verifies a signed token of somebody else (RFC 7515, RFC 7519; OpenID Connect Core 1.0, 3.1.3.7; RFC 9068, 4; RFC 8725). Pure: the keys
/// and the time come in, a verdict goes out.
/// <code>
/// 1 form       three parts, base64url without padding, of bounded length
/// 2 head       alg of the list; nothing that brings a key (jwk, jku, x5c, x5u), an extension (crit, b64) or another token (cty)
/// 3 kind       typ is what is expected
/// 4 key        of its name, of its issuer, fit for the algorithm
/// 5 signature
/// 6 claims     iss, aud and azp, exp, nbf and iat, sub, nonce, at_hash, cnf
/// </code>
/// Nothing of what it says is looked at before its signature but the head, and nothing of the head chooses more than among published keys.
/// </summary>
public static class JsonWebToken
{
    /// <summary>Characters of a token. With groups in it one may have some thousands; a header of HTTP is seldom longer.</summary>
    public const int MaxChars = 16 * 1024;

    // RFC 7515, 4.1, RFC 7516 and RFC 7797: each would let a token say how it is verified, or is of something else than a signed token.
    private static readonly ImmutableArray<string> s_refused =
    [
        "crit",
        "b64",
        "jku",
        "jwk",
        "x5u",
        "x5c",
        "enc",
        "zip",
        "epk",
    ];

    /// <summary>Verifies one.</summary>
    /// <param name="token">The token.</param>
    /// <param name="issuer">Who must have issued it.</param>
    /// <param name="keys">The issuer's keys.</param>
    /// <param name="expected">What it must be.</param>
    /// <param name="now">The time.</param>
    public static TokenVerdict Verify(
        string token,
        OpenIdIssuer issuer,
        JsonWebKeys keys,
        TokenExpectation expected,
        DateTimeOffset now
    )
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(issuer);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(expected);
        var first = token.IndexOf('.', StringComparison.Ordinal);
        var last = token.LastIndexOf('.');
        if (token.Length > MaxChars || first < 0 || token.AsSpan(first + 1).Count('.') != 1)
        {
            return No(TokenFault.Malformed, "it is no signed token of three parts");
        }

        if (
            StrictBase64Url.Decode(token.AsSpan(0, first)) is not { } head
            || StrictBase64Url.Decode(token.AsSpan(first + 1, last - first - 1)) is not { } body
            || StrictBase64Url.Decode(token.AsSpan(last + 1)) is not { } signature
            || StrictJson.Parse(head) is not { } header
        )
        {
            return No(TokenFault.Malformed, "its parts aren't base64url of what a token holds");
        }

        if (s_refused.FirstOrDefault(name => header.TryGetProperty(name, out _)) is { } asked)
        {
            return No(TokenFault.Header, $"its head has `{asked}`, which would let it say how it is verified");
        }

        if (StrictJson.TextOf(header, "alg") is not { } algorithm || !SigningAlgorithm.IsKnown(algorithm))
        {
            return No(TokenFault.Header, "it isn't signed by RS256, PS256 or ES256");
        }

        if (!IsOfUse(header, expected.Use))
        {
            return No(
                TokenFault.Kind,
                expected.Use == TokenUse.Access
                    ? "its type isn't `at+jwt`: it isn't for a resource server"
                    : "its type isn't `JWT`: it doesn't say who signed in"
            );
        }

        var named = StrictJson.Member(header, "kid");
        if (named.ValueKind != JsonValueKind.Undefined && StrictJson.TextOf(named) is not { Length: > 0 })
        {
            return No(TokenFault.Header, "its key's name is no text");
        }

        if (keys.Find(StrictJson.TextOf(named), algorithm) is not { } key)
        {
            return No(TokenFault.UnknownKey, "its issuer publishes no key of its name");
        }

        return !key.Verifies(algorithm, Encoding.ASCII.GetBytes(token[..last]), signature)
                ? No(TokenFault.Signature, "no key of its issuer signed it")
            : StrictJson.Parse(body) is not { } claims ? No(TokenFault.Malformed, "it holds no claims that can be read")
            : TokenClaims.Judge(claims, issuer, expected, now);
    }

    // Media types are compared without regard to case, and `application/` may be left out (RFC 7515, 4.1.9).
    private static bool IsOfUse(JsonElement header, TokenUse use)
    {
        const string Prefix = "application/";
        if (header.TryGetProperty("cty", out _))
        {
            // RFC 7519, 5.2: another token is within it.
            return false;
        }

        var said = StrictJson.Member(header, "typ");
        if (said.ValueKind == JsonValueKind.Undefined)
        {
            return use == TokenUse.Id;
        }

        var type = StrictJson.TextOf(said) ?? "";
        type = type.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? type[Prefix.Length..] : type;
        return string.Equals(type, use == TokenUse.Access ? "at+jwt" : "JWT", StringComparison.OrdinalIgnoreCase);
    }

    private static TokenVerdict No(TokenFault fault, string why) => TokenVerdict.Refused(fault, why);
}
