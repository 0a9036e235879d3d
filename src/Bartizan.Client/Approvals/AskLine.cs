namespace Bartizan.Client.Approvals;

/// <summary>One ask that waits for people. Its texts are rendered: nothing in them is invisible, and nothing moves a terminal.</summary>
public sealed record AskLine
{
    /// <summary>The name that people call it by.</summary>
    public required string Id { get; init; }

    /// <summary>What an answer must carry.</summary>
    public required string Digest { get; init; }

    /// <summary>The session.</summary>
    public required string Session { get; init; }

    /// <summary>The agent.</summary>
    public required string Agent { get; init; }

    /// <summary>Who started the session.</summary>
    public required string Person { get; init; }

    /// <summary>The action: verb and target.</summary>
    public required string Action { get; init; }

    /// <summary>Its arguments and payloads, a line each.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];

    /// <summary>Its arguments as JSON, where a person may write others; null where nobody can.</summary>
    public string? Arguments { get; init; }

    /// <summary>The rules that ask.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>Why they do.</summary>
    public string Why { get; init; } = "";

    /// <summary>Whose yes is needed.</summary>
    public required string Needs { get; init; }

    /// <summary>Who said yes so far.</summary>
    public IReadOnlyList<string> Yes { get; init; } = [];

    /// <summary>How often a yes may count at most.</summary>
    public string Scope { get; init; } = "once";

    /// <summary>How many asks wait for an equal action, this one included.</summary>
    public int Equal { get; init; } = 1;

    /// <summary>The same for asks of equal actions, and for no others.</summary>
    public string Group { get; init; } = "";

    /// <summary>When it was asked.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>When it is refused.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Why whoever asks can't say yes; null when they can.</summary>
    public string? WhyNot { get; init; }
}
