namespace Bartizan.Core.Narrowing;

/// <summary>
/// What a proof may cost. The containment of boxes is hard in the worst case: rather than run for ever, a proof gives up and
/// says so. Giving up is never a pass.
/// </summary>
internal sealed class Effort
{
    /// <summary>Comparisons of boxes; some seconds of one core.</summary>
    private const int MaxSteps = 20_000_000;

    private int _left = MaxSteps;

    /// <summary>Why the proof can't go on, as a sentence; null while it can.</summary>
    public string? GivenUp { get; private set; }

    /// <summary>Spends some; false once nothing is left.</summary>
    public bool Spend(int steps)
    {
        _left -= steps;
        return _left >= 0 || GiveUp($"the proof needs more than {MaxSteps:N0} comparisons of rules");
    }

    /// <summary>Ends the proof. Always false.</summary>
    public bool GiveUp(string why)
    {
        GivenUp ??= why;
        return false;
    }
}
