using System.Collections.Immutable;

namespace Bartizan.Log.Witnessing;

/// <summary>How far witnessing has come.</summary>
/// <param name="Quorum">The witness or group of the policy that must have cosigned.</param>
/// <param name="Witnessed">Entries that a sufficiently cosigned checkpoint covers.</param>
/// <param name="Published">Entries that a signed checkpoint covers.</param>
/// <param name="Lag">How long the oldest checkpoint waits for its cosignatures.</param>
/// <param name="Alarm">What is wrong, in one sentence; null when nothing is.</param>
/// <param name="Witnesses">Each witness.</param>
public sealed record WitnessingStatus(
    string Quorum,
    long Witnessed,
    long Published,
    TimeSpan Lag,
    string? Alarm,
    ImmutableArray<WitnessStanding> Witnesses
);
