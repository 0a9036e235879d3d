namespace Bartizan.Core.Enforcement;

/// <summary>Which way something passes.</summary>
public enum Heading
{
    /// <summary>From the other side to the agent.</summary>
    Back = 0,

    /// <summary>From the agent to the other side.</summary>
    Out,
}
