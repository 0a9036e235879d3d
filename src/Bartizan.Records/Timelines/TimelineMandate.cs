using System.Collections.Immutable;

namespace Bartizan.Records.Timelines;

/// <summary>Whether a session stayed within what it was given.</summary>
/// <param name="Refused">What it tried and was refused: outside its mandate, and stopped.</param>
/// <param name="Observed">What passed only because of <c>--observe</c>: outside its mandate, and not stopped.</param>
/// <param name="Approved">What a person allowed.</param>
/// <param name="Unknown">Actions whose end isn't known.</param>
public sealed record TimelineMandate(
    ImmutableArray<TimelineRow> Refused,
    ImmutableArray<TimelineRow> Observed,
    ImmutableArray<TimelineRow> Approved,
    ImmutableArray<TimelineRow> Unknown
)
{
    /// <summary>True when nothing passed that its rules, or a person, had not allowed.</summary>
    public bool Kept => Observed.IsEmpty;
}
