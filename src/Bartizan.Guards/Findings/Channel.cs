namespace Bartizan.Guards.Findings;

/// <summary>Where a text comes from. The two are never measured by one threshold.</summary>
public enum Channel
{
    /// <summary>Nobody said: taken for the less trusted one.</summary>
    Untrusted = 0,

    /// <summary>What the person who uses the agent typed.</summary>
    User,
}
