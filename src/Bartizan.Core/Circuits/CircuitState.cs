namespace Bartizan.Core.Circuits;

/// <summary>How a circuit stands.</summary>
public enum CircuitState
{
    /// <summary>Calls pass.</summary>
    Closed = 0,

    /// <summary>Calls are refused until the cool-down is over.</summary>
    Open,

    /// <summary>One call tries it; the others are refused.</summary>
    HalfOpen,
}
