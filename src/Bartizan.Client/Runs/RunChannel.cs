namespace Bartizan.Client.Runs;

/// <summary>The first byte of each binary message of a run.</summary>
public enum RunChannel : byte
{
    /// <summary>To the agent.</summary>
    Input = 0,

    /// <summary>From the agent.</summary>
    Output = 1,

    /// <summary>From the agent, the other stream.</summary>
    Error = 2,
}
