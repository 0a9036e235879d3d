using System.Collections.Immutable;
using Bartizan.Control.People;
using Bartizan.Core.Identity;

namespace Bartizan.Control.OpenId;

/// <summary>Whose word for a person is taken, and what the person may do by it.</summary>
public sealed record OpenIdTerms
{
    /// <summary>Groups of one person that are looked at; who has more is refused.</summary>
    public const int MaxGroups = 512;

    /// <summary>Whose word.</summary>
    public required OpenIdIssuer Issuer { get; init; }

    /// <summary>As whom the instance is known there.</summary>
    public required string Client { get; init; }

    /// <summary>The client's secret, read when a code is redeemed; null for a client without one.</summary>
    public Func<string>? Secret { get; init; }

    /// <summary>What is asked for; <c>openid</c> among it.</summary>
    public ImmutableArray<string> Scopes { get; init; } = ["openid"];

    /// <summary>The claim with a person's groups.</summary>
    public string GroupsClaim { get; init; } = "groups";

    /// <summary>What names a person: <c>sub</c>, which nobody else is ever given, or <c>email</c>, where it is verified.</summary>
    public string NameClaim { get; init; } = Subject;

    /// <summary>What the members of a group may do; of a group that isn't here, nothing.</summary>
    public ImmutableDictionary<string, ImmutableArray<Grant>> Groups { get; init; } =
        ImmutableDictionary<string, ImmutableArray<Grant>>.Empty;

    private const string Subject = "sub";
    private const string Email = "email";

    /// <summary>Who it is, by a good token; null when it doesn't say, or not so that it can be relied on.</summary>
    public string? NameOf(VerifiedClaims claims)
    {
        ArgumentNullException.ThrowIfNull(claims);
        if (NameClaim != Email)
        {
            // Never the name of an account of this instance or of the host: neither has a colon.
            return NameClaim == Subject && claims.Subject.Length <= Account.MaxName ? $"oidc:{claims.Subject}" : null;
        }

        return
            claims.All.TryGetProperty("email_verified", out var verified)
            && verified.ValueKind == System.Text.Json.JsonValueKind.True
            && claims.TextOf(Email) is { } email
            && System.Text.Ascii.IsValid(email)
            && Account.IsName(email.ToLowerInvariant())
            ? email.ToLowerInvariant()
            : null;
    }

    /// <summary>What the token's groups give: nothing, unless all of them can be read.</summary>
    public ImmutableArray<Grant> GrantsOf(VerifiedClaims claims)
    {
        ArgumentNullException.ThrowIfNull(claims);
        if (
            !claims.All.TryGetProperty(GroupsClaim, out var groups)
            || groups.ValueKind != System.Text.Json.JsonValueKind.Array
            || groups.GetArrayLength() > MaxGroups
            || groups.EnumerateArray().Any(one => one.ValueKind != System.Text.Json.JsonValueKind.String)
        )
        {
            return [];
        }

        return
        [
            .. groups
                .EnumerateArray()
                .Select(one => one.GetString()!)
                .Distinct(StringComparer.Ordinal)
                .SelectMany(one => Groups.GetValueOrDefault(one, [])),
        ];
    }
}
