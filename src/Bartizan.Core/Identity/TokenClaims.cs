using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Bartizan.Core.Identity;

/// <summary>Judges what a token says whose signature is good.</summary>
internal static class TokenClaims
{
    /// <summary>Characters of a subject (OpenID Connect Core 1.0, 2).</summary>
    public const int MaxSubjectChars = 255;

    /// <summary>Audiences of one token.</summary>
    public const int MaxAudiences = 32;

    // The end of the year 9999, as seconds: what lies beyond is no time that anybody keeps.
    private const double LastSecond = 253_402_300_799;

    /// <summary>The verdict.</summary>
    public static TokenVerdict Judge(
        JsonElement claims,
        OpenIdIssuer issuer,
        TokenExpectation expected,
        DateTimeOffset now
    )
    {
        // INVARIANT: to the letter (RFC 7519, 4.1.1); a slash at the end makes another issuer.
        if (!string.Equals(StrictJson.TextOf(claims, "iss"), issuer.Name, StringComparison.Ordinal))
        {
            return No(TokenFault.Issuer, $"it isn't of the issuer `{issuer.Name}`");
        }

        var audience = AudienceOf(claims);
        if (WhyNotFor(audience, claims, expected) is { } notFor)
        {
            return No(TokenFault.Audience, notFor);
        }

        var (expires, issued) = (TimeOf(claims, "exp"), TimeOf(claims, "iat"));
        if (WhyNotAt(claims, expires, issued, expected, now) is { } notNow)
        {
            return No(TokenFault.Time, notNow);
        }

        if (
            StrictJson.TextOf(claims, "sub") is not { Length: > 0 and <= MaxSubjectChars } subject
            || !IsPrintable(subject)
        )
        {
            return No(TokenFault.Subject, $"it has no `sub` of at most {MaxSubjectChars} printable ASCII characters");
        }

        // OpenID Connect Back-Channel Logout 1.0, 2.4: a token that ends a session tells nobody who signed in.
        if (expected.Use == TokenUse.Id && claims.TryGetProperty("events", out _))
        {
            return No(TokenFault.Kind, "it has `events`: it doesn't say who signed in");
        }

        if (expected.Nonce is { } nonce && !IsSame(StrictJson.TextOf(claims, "nonce"), nonce))
        {
            return No(TokenFault.Nonce, "its `nonce` isn't the one of this sign-in");
        }

        return WhyUnbound(claims, expected) is { } unbound
            ? No(TokenFault.Binding, unbound)
            : TokenVerdict.Good(
                new VerifiedClaims(claims)
                {
                    Issuer = issuer.Name,
                    Subject = subject,
                    Audience = audience!.Value,
                    Expires = expires!.Value,
                    Issued = issued!.Value,
                }
            );
    }

    private static string? WhyNotFor(ImmutableArray<string>? audience, JsonElement claims, TokenExpectation expected)
    {
        if (audience is not { } all || !all.Contains(expected.Audience, StringComparer.Ordinal))
        {
            return $"it isn't meant for `{expected.Audience}`";
        }

        // OpenID Connect Core 1.0, 3.1.3.7, 4 and 5. Of a token for a resource server `azp` is the client, which is somebody else.
        var party = StrictJson.Member(claims, "azp");
        return expected.Use == TokenUse.Access || (party.ValueKind == JsonValueKind.Undefined && all.Length == 1) ? null
            : StrictJson.TextOf(party) != expected.Audience
                ? $"it wasn't issued to `{expected.Audience}`: `azp` isn't it"
            : null;
    }

    private static string? WhyNotAt(
        JsonElement claims,
        DateTimeOffset? expires,
        DateTimeOffset? issued,
        TokenExpectation expected,
        DateTimeOffset now
    )
    {
        var hasStart = claims.TryGetProperty("nbf", out _);
        return expires is not { } until || issued is not { } since
                ? "it doesn't say when it was issued and until when it holds"
            : hasStart && TimeOf(claims, "nbf") is null ? "its `nbf` is no time"
            : now >= until + TokenExpectation.Skew ? "its time is over"
            : since > now + TokenExpectation.Skew ? "it was issued in the future"
            : hasStart && TimeOf(claims, "nbf") > now + TokenExpectation.Skew ? "its time hasn't come"
            : until <= since ? "it ends before it was issued"
            : until - since > expected.MaxLife ? $"it holds for longer than {expected.MaxLife.TotalHours:0.##} hours"
            : null;
    }

    private static string? WhyUnbound(JsonElement claims, TokenExpectation expected)
    {
        if (expected.AccessToken is { } access && claims.TryGetProperty("at_hash", out var hash))
        {
            // OpenID Connect Core 1.0, 3.1.3.6: the left half of the hash that the signature is of, and all of them are of SHA-256 here.
            var left = SHA256.HashData(Encoding.ASCII.GetBytes(access)).AsSpan(0, SHA256.HashSizeInBytes / 2);
            if (!IsSame(StrictJson.TextOf(hash), Base64Url.EncodeToString(left)))
            {
                return "its `at_hash` isn't of the token that it came with";
            }
        }

        // RFC 7800, 3.1: it is good only with what it names, and whoever can't check that can't take it.
        if (!claims.TryGetProperty("cnf", out var bound))
        {
            return null;
        }

        const string Certificate = "x5t#S256";
        return
            expected.Certificate is { } shown
            && bound.ValueKind == JsonValueKind.Object
            && bound.EnumerateObject().Count() == 1
            && IsSame(StrictJson.TextOf(bound, Certificate), shown)
            ? null
            : "it is bound to a key or certificate that its bearer didn't show";
    }

    private static ImmutableArray<string>? AudienceOf(JsonElement claims)
    {
        var said = StrictJson.Member(claims, "aud");
        if (said.ValueKind == JsonValueKind.String)
        {
            return StrictJson.TextOf(said) is { } one ? [one] : null;
        }

        if (said.ValueKind != JsonValueKind.Array || said.GetArrayLength() is < 1 or > MaxAudiences)
        {
            return null;
        }

        var all = said.EnumerateArray().Select(StrictJson.TextOf).ToList();
        return all.Contains(null) ? null : [.. all.OfType<string>()];
    }

    // RFC 7519, 2: a number of seconds, which may have a fraction.
    private static DateTimeOffset? TimeOf(JsonElement claims, string name) =>
        StrictJson.Member(claims, name) is { ValueKind: JsonValueKind.Number } said
        && said.TryGetDouble(out var seconds)
        && seconds is >= 0 and <= LastSecond
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000))
            : null;

    private static bool IsPrintable(string text) => text.All(c => c is >= ' ' and <= '~') && text.Trim().Length > 0;

    private static bool IsSame(string? said, string expected) =>
        said is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(said), Encoding.UTF8.GetBytes(expected));

    private static TokenVerdict No(TokenFault fault, string why) => TokenVerdict.Refused(fault, why);
}
