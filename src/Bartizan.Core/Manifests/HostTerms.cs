namespace Bartizan.Core.Manifests;

/// <summary>What is known of a host whose requests are looked at.</summary>
public sealed record HostTerms
{
    /// <summary>A PEM file with the authority that vouches for it, and then no other does; null for the system's.</summary>
    public string? CertificateAuthority { get; init; }
}
