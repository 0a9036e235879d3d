namespace Bartizan.Core.Enforcement;

/// <summary>How a granted action ended. Zero is the outcome of a passage that nobody completed.</summary>
public enum OutcomeKind
{
    /// <summary>The enforcement point let go of the passage without saying how it ended.</summary>
    Abandoned = 0,

    /// <summary>Carried out.</summary>
    Done,

    /// <summary>Tried, and failed on the other side.</summary>
    Failed,

    /// <summary>Cut short by the agent's side.</summary>
    Cancelled,

    /// <summary>Cut short by Bartizan: kill, pause, budget, policy change or a guard.</summary>
    Cut,

    /// <summary>The instance went down before it ended; nobody knows. Written when it comes up again.</summary>
    Unknown,
}
