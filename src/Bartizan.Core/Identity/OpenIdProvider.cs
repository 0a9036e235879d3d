using System.Collections.Immutable;

namespace Bartizan.Core.Identity;

/// <summary>What a provider says of itself (OpenID Connect Discovery 1.0, 3), after it was seen to be of that very issuer.</summary>
public sealed record OpenIdProvider
{
    /// <summary>The issuer.</summary>
    public required OpenIdIssuer Issuer { get; init; }

    /// <summary>Where its keys are.</summary>
    public required Uri Keys { get; init; }

    /// <summary>Where a browser is sent to sign in; null when it has none.</summary>
    public Uri? Authorization { get; init; }

    /// <summary>Where a code is redeemed; null when it has none.</summary>
    public Uri? Token { get; init; }

    /// <summary>Where a browser is sent to sign out (OpenID Connect RP-Initiated Logout 1.0); null when it has none.</summary>
    public Uri? EndSession { get; init; }

    /// <summary>The methods of PKCE that it takes; empty when it says none.</summary>
    public ImmutableArray<string> CodeChallengeMethods { get; init; } = [];

    /// <summary>How a client may say who it is where a code is redeemed; <c>client_secret_basic</c> when it says nothing.</summary>
    public ImmutableArray<string> ClientWays { get; init; } = [];

    /// <summary>True when its answers to a browser name it (RFC 9207): then one without <c>iss</c> is refused.</summary>
    public bool NamesItself { get; init; }
}
