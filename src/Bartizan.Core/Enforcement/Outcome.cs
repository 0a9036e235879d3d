namespace Bartizan.Core.Enforcement;

/// <summary>How a granted action ended, and what it used.</summary>
/// <param name="Kind">How it ended.</param>
/// <param name="Detail">One short sentence or status (<c>200</c>, <c>connection refused</c>); never content.</param>
/// <param name="Usage">What it used.</param>
public sealed record Outcome(OutcomeKind Kind, string Detail = "", Usage? Usage = null)
{
    /// <summary>Tool calls that a model's answer asks for, by name, for the log.</summary>
    public System.Collections.Immutable.ImmutableArray<string> ToolCalls { get; init; } = [];

    /// <summary>
    /// True when the other side can't have done anything that is paid for: nothing left, or it refused before it began.
    /// </summary>
    public bool IsFree { get; init; }

    /// <summary>True when it failed because of what was asked, not because of whom: no circuit opens by it.</summary>
    public bool IsCallersFault { get; init; }

    /// <summary>What the log keeps of the result, encrypted; may be empty.</summary>
    public System.Collections.Immutable.ImmutableArray<Entries.Payload> Payloads { get; init; } = [];
}
