using System.Collections.Immutable;
using Bartizan.Core.Identity;

namespace Bartizan.Core.Manifests;

/// <summary>Who may call an agent, and what is known of them.</summary>
public sealed record CallerTerms
{
    /// <summary>Who signs them in; null when no tokens are taken.</summary>
    public OpenIdIssuer? Oidc { get; init; }

    /// <summary>Whom their tokens must be meant for.</summary>
    public string Audience { get; init; } = "";

    /// <summary>Which tokens they show.</summary>
    public TokenUse Use { get; init; }

    /// <summary>The claim of each attribute of <c>user.*</c>.</summary>
    public ImmutableSortedDictionary<string, string> User { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>What a token must be.</summary>
    public TokenExpectation Expectation => new() { Audience = Audience, Use = Use };

    /// <summary>All of it, part by part: two that differ in it let other people in, or know them by something else.</summary>
    internal IEnumerable<string> Canonical =>
        [
            Oidc?.Name ?? "",
            Oidc?.Authority ?? "",
            Audience,
            Use.ToString(),
            .. User.SelectMany(one => new[] { one.Key, one.Value }),
        ];
}
