namespace Bartizan.Core.Enforcement;

/// <summary>The bounds of the monitor's steps. Whatever takes longer is denied.</summary>
public sealed record MonitorOptions
{
    /// <summary>For all guards together: a guard that hangs must not hold an action for ever.</summary>
    public TimeSpan InspectWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For a person's answer.</summary>
    public TimeSpan ApproveWithin { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>For the disk: far above any healthy fdatasync, so that passing it means a broken disk.</summary>
    public TimeSpan RecordWithin { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// For the witnesses, of an action whose rule demands them: the next checkpoint is a second away at most, and an answer
    /// takes a round trip.
    /// </summary>
    public TimeSpan WitnessWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an action may wait while its session is paused.</summary>
    public TimeSpan PauseWithin { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Refusal entries a session may write at once before they are aggregated, so that an agent can't fill the disk.</summary>
    public int RefusalBurst { get; init; } = 100;

    /// <summary>Refusal entries per second that come back after a burst.</summary>
    public int RefusalsPerSecond { get; init; } = 10;
}
