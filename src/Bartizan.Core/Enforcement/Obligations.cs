using System.Collections.Immutable;

namespace Bartizan.Core.Enforcement;

/// <summary>What the enforcement point must do when it carries the action out.</summary>
public sealed record Obligations
{
    /// <summary>Nothing to do.</summary>
    public static Obligations None { get; } = new();

    /// <summary>The credential to inject, by its name in the manifest; null for none.</summary>
    public string? Credential { get; init; }

    /// <summary>True when only <c>--observe</c> let the action pass: the manifest doesn't mention it.</summary>
    public bool Observed { get; init; }

    /// <summary>True when the rule names the host's address itself, so that loopback and private addresses may be dialed.</summary>
    public bool PrivateAddresses { get; init; }

    /// <summary>True when the intent must be co-signed by a witness before the action leaves.</summary>
    public bool Witnessed { get; init; }

    /// <summary>Who may approve, when a rule says so; empty means the person who started the session.</summary>
    public ImmutableArray<string> Approvers { get; init; } = [];

    /// <inheritdoc/>
    public bool Equals(Obligations? other) =>
        other is not null
        && string.Equals(Credential, other.Credential, StringComparison.Ordinal)
        && Observed == other.Observed
        && PrivateAddresses == other.PrivateAddresses
        && Witnessed == other.Witnessed
        && Approvers.SequenceEqual(other.Approvers, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Credential, Observed, PrivateAddresses, Witnessed);
}
