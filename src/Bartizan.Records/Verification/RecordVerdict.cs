using System.Collections.Immutable;
using Bartizan.Log.Verification;

namespace Bartizan.Records.Verification;

/// <summary>What verifying an instance's record came to.</summary>
/// <param name="Log">The tree and its checkpoint.</param>
/// <param name="Sessions">Sessions seen.</param>
/// <param name="PayloadsWhole">Payloads that open and are what their leaf committed to.</param>
/// <param name="PayloadsErased">Payloads whose key was destroyed on purpose.</param>
/// <param name="PayloadsLocked">Payloads that could not be looked into, for want of the keys.</param>
/// <param name="Faults">What is wrong beyond the log's own faults.</param>
public sealed record RecordVerdict(
    LogVerdict Log,
    long Sessions,
    long PayloadsWhole,
    long PayloadsErased,
    long PayloadsLocked,
    ImmutableArray<RecordFault> Faults
)
{
    /// <summary>Of a log that doesn't hold: the sessions that its damage touches, as far as what is left tells.</summary>
    public ImmutableArray<TouchedSession> Touched { get; init; } = [];

    /// <summary>True when nothing is wrong.</summary>
    public bool Holds => Log.Holds && Faults.IsEmpty;
}
