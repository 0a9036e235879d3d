using System.Collections.Immutable;
using Bartizan.Core.Entries;

namespace Bartizan.Records.Retention;

/// <summary>What becomes of one kind of entries.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Age">How long it is kept; null for ever.</param>
/// <param name="Goes">Entries that go.</param>
/// <param name="Stays">Entries that stay, by why.</param>
public sealed record EntryPlan(
    EntryKind Kind,
    TimeSpan? Age,
    long Goes,
    ImmutableSortedDictionary<KeptReason, long> Stays
);
