using System.Collections.Immutable;
using System.Security.Cryptography;
using Bartizan.Core.Manifests;

namespace Bartizan.Vault.Providers;

/// <summary>
/// A session's login at a provider, as whoever revokes it after a crash has to know it: where, by what it can be revoked, and where to take
/// what one signs in with. No secret is in it.
/// </summary>
public sealed record ProviderRecord
{
    private const int IdBytes = 8;

    /// <summary>Its name in the book.</summary>
    public required string Id { get; init; }

    /// <summary>The session.</summary>
    public required string Session { get; init; }

    /// <summary>The agent's name: the vault lends by it.</summary>
    public required string Agent { get; init; }

    /// <summary>What it can be revoked by; for a Vault, the token's accessor.</summary>
    public required string Anchor { get; init; }

    /// <summary>True when the anchor is a secret, and stands here sealed under the vault's key.</summary>
    public bool IsSealed { get; init; }

    /// <summary>What was issued, where it isn't a login: its path there, and which of the session's it is.</summary>
    public string? Issued { get; init; }

    /// <summary>When it ends by itself; null when nobody says.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The provider's name in the manifest.</summary>
    public required string Provider { get; init; }

    /// <summary>What it speaks.</summary>
    public required ProviderKind Kind { get; init; }

    /// <summary>Where it is.</summary>
    public required string Url { get; init; }

    /// <summary>How it is signed in to.</summary>
    public required ProviderAuth Auth { get; init; }

    /// <summary>As which role.</summary>
    public required string Role { get; init; }

    /// <summary>Where that way of signing in is mounted.</summary>
    public required string Mount { get; init; }

    /// <summary>Its namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>What its kind takes beside.</summary>
    public ImmutableSortedDictionary<string, string>? Settings { get; init; }

    /// <summary>Its authority.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>The name of the credential that it is signed in to with; empty where nothing is needed.</summary>
    public required string Credential { get; init; }

    /// <summary>Where that one comes from.</summary>
    public required CredentialOrigin Origin { get; init; }

    /// <summary>Its place.</summary>
    public required string Locator { get; init; }

    /// <summary>Where relative paths start.</summary>
    public required string Folder { get; init; }

    /// <summary>The record of a login.</summary>
    public static ProviderRecord Of(
        string session,
        string agent,
        string anchor,
        CredentialProvider provider,
        CredentialSource? own,
        string folder
    )
    {
        ArgumentNullException.ThrowIfNull(provider);
        return new()
        {
            Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes)),
            Session = session,
            Agent = agent,
            Anchor = anchor,
            Provider = provider.Name,
            Kind = provider.Kind,
            Url = provider.Url.OriginalString,
            Auth = provider.Auth,
            Role = provider.Role,
            Mount = provider.Mount,
            Namespace = provider.Namespace,
            CertificateAuthority = provider.CertificateAuthority,
            Settings = provider.Settings,
            Credential = own?.Name ?? "",
            Origin = own?.Origin ?? CredentialOrigin.Unknown,
            Locator = own?.Locator ?? "",
            Folder = folder,
        };
    }

    /// <summary>The record of something that was issued there, by what this one knows.</summary>
    public ProviderRecord OfIssued(string what, DateTimeOffset? until) =>
        this with
        {
            Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes)),
            Anchor = "",
            Issued = what,
            Until = until,
        };

    /// <summary>The provider.</summary>
    public CredentialProvider ToProvider() =>
        new()
        {
            Name = Provider,
            Kind = Kind,
            Url = new Uri(Url),
            Credential = Credential,
            Auth = Auth,
            Role = Role,
            Mount = Mount,
            Namespace = Namespace,
            CertificateAuthority = CertificateAuthority,
            Settings = (Settings ?? ImmutableSortedDictionary<string, string>.Empty).WithComparers(
                StringComparer.Ordinal
            ),
        };

    /// <summary>The credential that it is signed in to with; null where nothing is needed.</summary>
    public CredentialSource? ToSource() => Credential.Length == 0 ? null : new(Credential, Origin, Locator);
}
