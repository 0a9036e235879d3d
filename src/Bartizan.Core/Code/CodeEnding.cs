namespace Bartizan.Core.Code;

/// <summary>How a call of the code tool ended.</summary>
public enum CodeEnding
{
    /// <summary>Not at all.</summary>
    Unknown = 0,

    /// <summary>By itself, or by a signal that was not ours.</summary>
    Exited,

    /// <summary>Its wall clock ran out: killed.</summary>
    OutOfTime,

    /// <summary>It wrote far more than anybody reads: killed.</summary>
    TooMuchOutput,
}
