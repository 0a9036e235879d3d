using System.Collections.Immutable;
using Bartizan.Core.Approvals;

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

    /// <summary>
    /// What the rules that ask demand of the answer, each to be met; empty means that the person who started the session answers.
    /// </summary>
    public ImmutableArray<ApprovalTerms> Approvals { get; init; } = [];

    /// <summary>The fields of the result that the agent gets; null for all. A call of a tool only.</summary>
    public KeptFields? Keep { get; init; }

    /// <inheritdoc/>
    public bool Equals(Obligations? other) =>
        other is not null
        && string.Equals(Credential, other.Credential, StringComparison.Ordinal)
        && Observed == other.Observed
        && PrivateAddresses == other.PrivateAddresses
        && Witnessed == other.Witnessed
        && Equals(Keep, other.Keep)
        && Approvals.SequenceEqual(other.Approvals);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Credential, Observed, PrivateAddresses, Witnessed, Keep);
}
