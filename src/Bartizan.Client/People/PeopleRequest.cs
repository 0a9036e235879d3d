namespace Bartizan.Client.People;

/// <summary>Something about the people who run an instance.</summary>
public sealed record PeopleRequest
{
    /// <summary>What.</summary>
    public required PeopleVerb Verb { get; init; }

    /// <summary>Whom.</summary>
    public string? Person { get; init; }

    /// <summary>What they may do.</summary>
    public IReadOnlyList<GrantLine> Grants { get; init; } = [];

    /// <summary>Why, for the log.</summary>
    public string? Why { get; init; }
}
