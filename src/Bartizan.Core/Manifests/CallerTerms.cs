using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
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

    /// <summary>Keys of programs that call, by the names that they are known by: the SHA-256 of each.</summary>
    public ImmutableSortedDictionary<string, Digest> Keys { get; init; } =
        ImmutableSortedDictionary.Create<string, Digest>(StringComparer.Ordinal);

    /// <summary>Which certificates are taken; null when none are.</summary>
    public CertificateTerms? Certificates { get; init; }

    /// <summary>Why callers may show nothing at all; null when they may not.</summary>
    public string? Anonymous { get; init; }

    /// <summary>True when there is some way in.</summary>
    public bool IsSomebody => Oidc is not null || !Keys.IsEmpty || Certificates is not null || Anonymous is not null;

    /// <summary>What a token must be.</summary>
    public TokenExpectation Expectation => new() { Audience = Audience, Use = Use };

    /// <summary>All of it, part by part: two that differ in it let other people in, or know them by something else.</summary>
    internal IEnumerable<string> Canonical =>
        [
            Oidc?.Name ?? "",
            Oidc?.Authority ?? "",
            Audience,
            Use.ToString(),
            Anonymous is null ? "" : "anonymous",
            .. User.SelectMany(one => new[] { one.Key, one.Value }),
            "keys",
            .. Keys.SelectMany(one => new[] { one.Key, one.Value.ToString() }),
            "mtls",
            .. Certificates?.Canonical ?? [],
        ];

    /// <summary>True for the name of a program: one that has a key or a certificate.</summary>
    public bool IsProgram(string name) =>
        Keys
            .Keys.Concat(Certificates?.Names.Keys ?? [])
            .Any(one => one.Equals(name, StringComparison.OrdinalIgnoreCase));
}
