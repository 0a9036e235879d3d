using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Databases;

/// <summary>A message that was sent on and waits for its answer.</summary>
internal sealed class Pending(ExpectedAnswer answer)
{
    public ExpectedAnswer Answer => answer;

    /// <summary>The passages of its statements, in their order; null for one that is no action.</summary>
    public ImmutableArray<Passage?> Passages { get; init; } = [];

    /// <summary>Which of them is being answered.</summary>
    public int At { get; set; }

    /// <summary>Set: the server was sent what it can't read, and the error that comes of it is told in these words.</summary>
    public Refused? Refused { get; init; }

    /// <summary>Set: the agent never asked for it, and hears nothing of it.</summary>
    public Stale? Hidden { get; init; }

    /// <summary>What of the session's memory it holds until it is answered.</summary>
    public long Bytes { get; init; }

    /// <summary>The statement that is described or executed; null for one that was never prepared.</summary>
    public Prepared? Prepared { get; init; }

    /// <summary>The formats that the rows come in, as the agent asked for them.</summary>
    public ImmutableArray<short> Formats { get; init; } = [];

    /// <summary>The passage that is being answered.</summary>
    public Passage? Passage => At < Passages.Length ? Passages[At] : null;
}
