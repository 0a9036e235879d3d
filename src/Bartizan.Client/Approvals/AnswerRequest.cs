namespace Bartizan.Client.Approvals;

/// <summary>A person's answer to an ask.</summary>
public sealed record AnswerRequest
{
    /// <summary>The ask.</summary>
    public required string Id { get; init; }

    /// <summary>The digest that the person was shown.</summary>
    public required string Digest { get; init; }

    /// <summary>Yes or no.</summary>
    public bool Granted { get; init; }

    /// <summary>How often a yes counts: <c>once</c>, a number of times, or <c>session</c>; of equal actions only.</summary>
    public string Scope { get; init; } = "once";

    /// <summary>
    /// Arguments to put in the place of the action's own, as JSON; null for none. The answer is then no yes: the action is decided
    /// anew with them, and where its rules ask, it waits as a new ask.
    /// </summary>
    public string? Arguments { get; init; }

    /// <summary>Why, for the record and for the agent; null for no reason.</summary>
    public string? Reason { get; init; }
}
