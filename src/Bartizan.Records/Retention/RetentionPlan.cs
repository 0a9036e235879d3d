using System.Collections.Immutable;
using Bartizan.Core.Retention;
using Bartizan.Core.Sessions;
using Bartizan.Records.Erasures;

namespace Bartizan.Records.Retention;

/// <summary>What would go now, and what stays, and why.</summary>
/// <param name="Minimum">The minimum index as it is.</param>
/// <param name="To">The minimum index as it would be; the same when nothing is pruned.</param>
/// <param name="Payloads">What becomes of payloads, by class.</param>
/// <param name="Entries">What becomes of entries, by kind.</param>
/// <param name="Stop">What keeps more entries from being pruned; null when there are none.</param>
public sealed record RetentionPlan(
    long Minimum,
    long To,
    ImmutableArray<PayloadPlan> Payloads,
    ImmutableArray<EntryPlan> Entries,
    RetentionStop? Stop
)
{
    /// <summary>Whose payloads go, with how many of each class.</summary>
    internal ImmutableArray<(
        SessionId Session,
        ImmutableArray<(PayloadClass Class, long Count)> Classes
    )> Expiring { get; init; } = [];

    /// <summary>Sessions of which no entry is left then.</summary>
    internal ImmutableArray<SessionId> Gone { get; init; } = [];

    /// <summary>Holds that stand and whose entry would go: they are said again first.</summary>
    internal ImmutableArray<Hold> Carried { get; init; } = [];

    /// <summary>True when more would be due than lies in bundles: closing the segment lets the next run prune it.</summary>
    internal bool WantsSegmentClosed { get; init; }
}
