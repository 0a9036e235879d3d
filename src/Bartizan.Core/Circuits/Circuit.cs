namespace Bartizan.Core.Circuits;

/// <summary>
/// When an agent stops calling what fails, and when it is stopped itself. Comes from a manifest's key <c>circuit</c>; goes to the
/// <see cref="CircuitBoard"/>, which the monitor asks in step 1.
/// </summary>
public sealed record Circuit
{
    /// <summary>The share of failed calls, in thousandths, that opens a circuit.</summary>
    public int ErrorsPerMille { get; init; } = 500;

    /// <summary>Over what time calls are counted.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long an open circuit refuses before one call tries it again.</summary>
    public TimeSpan CoolDown { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Calls below which a share says nothing.</summary>
    public int AtLeast { get; init; } = 5;

    /// <summary>A call that takes longer counts as failed; null when time doesn't matter.</summary>
    public TimeSpan? Slow { get; init; }

    /// <summary>Refusals of the agent within the window that open its own circuit and pause its sessions; null for none.</summary>
    public int? Refusals { get; init; }
}
