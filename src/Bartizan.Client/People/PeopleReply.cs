namespace Bartizan.Client.People;

/// <summary>What came of it.</summary>
public sealed record PeopleReply
{
    /// <summary>A sentence for people.</summary>
    public string Says { get; init; } = "";

    /// <summary>The accounts.</summary>
    public IReadOnlyList<AccountLine> People { get; init; } = [];

    /// <summary>A token that sets an account up, or lets somebody in once; shown this once.</summary>
    public string? Token { get; init; }

    /// <summary>Until when that holds.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Where the console is; null when nothing listens.</summary>
    public WebStanding? Web { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Says;
}
