using System.Collections.Immutable;
using Bartizan.Core.Retention;

namespace Bartizan.Records.Retention;

/// <summary>What becomes of one class of payloads.</summary>
/// <param name="Class">The class.</param>
/// <param name="Age">How long it is kept; null for ever.</param>
/// <param name="Sessions">Sessions whose payloads of this class go.</param>
/// <param name="Goes">Payloads that go.</param>
/// <param name="Stays">Payloads that stay, by why.</param>
public sealed record PayloadPlan(
    PayloadClass Class,
    TimeSpan? Age,
    long Sessions,
    long Goes,
    ImmutableSortedDictionary<KeptReason, long> Stays
);
