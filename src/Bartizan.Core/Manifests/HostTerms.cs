using Bartizan.Core.Budgets;

namespace Bartizan.Core.Manifests;

/// <summary>What is known of a host, and how much of it a session may have.</summary>
public sealed record HostTerms
{
    /// <summary>A PEM file with the authority that vouches for it, and then no other does; null for the system's.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>Whether its cookies stay outside the sandbox: the agent neither sees nor sends any.</summary>
    public bool KeepsCookies { get; init; }

    /// <summary>How fast a session may open tunnels to it and send it requests; null for no such limit.</summary>
    public BudgetRate? Rate { get; init; }

    /// <summary>Bytes that a session may send to it; null for no such limit.</summary>
    public long? Up { get; init; }

    /// <summary>Bytes that a session may have from it; null for no such limit.</summary>
    public long? Down { get; init; }

    internal bool IsLimited => Rate is not null || Up is not null || Down is not null;
}
