using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>A server that issues credentials to sessions.</summary>
public sealed record CredentialProvider
{
    /// <summary>The name that credentials use: <c>from: provider:NAME/PATH#FIELD</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it speaks.</summary>
    public required ProviderKind Kind { get; init; }

    /// <summary>Where it is.</summary>
    public required Uri Url { get; init; }

    /// <summary>
    /// What it is signed in to with, by its name in <c>credentials</c>; empty where nothing is needed. No session holds it.
    /// </summary>
    public required string Credential { get; init; }

    /// <summary>How it is signed in to.</summary>
    public ProviderAuth Auth { get; init; }

    /// <summary>As which role.</summary>
    public string Role { get; init; } = "";

    /// <summary>Where that way of signing in is mounted.</summary>
    public string Mount { get; init; } = "";

    /// <summary>The namespace; null for the root's.</summary>
    public string? Namespace { get; init; }

    /// <summary>A PEM file with the authority of a private server; null for the system's.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>What its kind takes beside, by the manifest's words: <c>region</c>, <c>auth.client</c>.</summary>
    public ImmutableSortedDictionary<string, string> Settings { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
