using System.Collections.Immutable;

namespace Bartizan.Posture.Replays;

/// <summary>What a changed manifest would have decided of what is on record.</summary>
/// <param name="Actions">Recorded actions that were decided again.</param>
/// <param name="Sessions">Sessions they were of.</param>
/// <param name="Changes">Those that it decides otherwise, the most frequent first.</param>
/// <param name="Unread">Entries that can't be decided again: a target that was cut, or that stands for many.</param>
/// <param name="Blind">Tool calls that were decided again without their arguments.</param>
public sealed record ReplayReport(
    long Actions,
    int Sessions,
    ImmutableArray<ReplayChange> Changes,
    long Unread,
    long Blind
);
