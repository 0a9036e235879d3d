namespace Bartizan.Client.Records;

/// <summary>
/// One entry of the log, as the control API shows it. Texts are as they were recorded: whoever shows them to a person makes visible what
/// nobody sees. What prompts, arguments and answers held is not in it.
/// </summary>
public sealed record LogRow
{
    /// <summary>Its place in the log.</summary>
    public required long Index { get; init; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What it records: intent, outcome, refusal, state …</summary>
    public required string Kind { get; init; }

    /// <summary>Where it stands on a timeline: model, tool, network, file, approval or session.</summary>
    public required string Lane { get; init; }

    /// <summary>The session; null for what the instance did itself.</summary>
    public string? Session { get; init; }

    /// <summary>The agent, as <c>name@version</c>.</summary>
    public string? Agent { get; init; }

    /// <summary>On whose behalf the session ran, or who answered.</summary>
    public string? Person { get; init; }

    /// <summary>Ties an intent and its outcome together; 0 for none.</summary>
    public long Passage { get; init; }

    /// <summary>The enforcement point.</summary>
    public string? Point { get; init; }

    /// <summary>The verb; null where there is none.</summary>
    public string? Verb { get; init; }

    /// <summary>The target.</summary>
    public string? Target { get; init; }

    /// <summary>What was done: allow or deny.</summary>
    public string? Effect { get; init; }

    /// <summary>What the rules alone said, where something else was done.</summary>
    public string? Verdict { get; init; }

    /// <summary>The rules behind it, as written, with their place.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>The rule that would have allowed it.</summary>
    public string? Needed { get; init; }

    /// <summary>The reason in words.</summary>
    public string? Reason { get; init; }

    /// <summary>The session's labels at that time.</summary>
    public string? Labels { get; init; }

    /// <summary>True when the session ran under <c>--observe</c>.</summary>
    public bool Observed { get; init; }

    /// <summary>The handle of a credential that was lent.</summary>
    public string? Credential { get; init; }

    /// <summary>How a granted action ended.</summary>
    public string? Outcome { get; init; }

    /// <summary>How it ended in words, a session's state, what the instance says.</summary>
    public string? Detail { get; init; }

    /// <summary>Tools that a model's answer asked for.</summary>
    public IReadOnlyList<string> ToolCalls { get; init; } = [];

    /// <summary>Bytes towards the other side.</summary>
    public long BytesOut { get; init; }

    /// <summary>Bytes back.</summary>
    public long BytesIn { get; init; }

    /// <summary>Model tokens, in and out.</summary>
    public long Tokens { get; init; }

    /// <summary>What it cost, in millionths of a US dollar.</summary>
    public long MicroDollars { get; init; }

    /// <summary>How long it took.</summary>
    public double Milliseconds { get; init; }

    /// <summary>How many refusals it stands for.</summary>
    public long Count { get; init; } = 1;

    /// <summary>Payloads beside the log that it commits to.</summary>
    public int Payloads { get; init; }

    /// <summary>
    /// Whether it was proven to be in the log: <c>witnessed</c>, <c>signed</c>, <c>pending</c> while no checkpoint covers it, or
    /// <c>broken</c>; null when nobody asked.
    /// </summary>
    public string? Proof { get; init; }
}
