using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Entries;

/// <summary>
/// One record of the log, before it is encoded. Fields that don't apply stay at their default and are left out of the
/// leaf. The journal adds the index, the wall time, the monotonic sequence and the link to the session's entry before.
/// </summary>
public sealed record Entry
{
    /// <summary>What it records.</summary>
    public required EntryKind Kind { get; init; }

    /// <summary>The session; default for entries of the instance itself.</summary>
    public SessionId Session { get; init; }

    /// <summary>The agent's name and version, as <c>name@version</c>.</summary>
    public string? Agent { get; init; }

    /// <summary>The person on whose behalf the session runs.</summary>
    public string? Person { get; init; }

    /// <summary>Ties an intent and its outcome together; unique with the session's id, 0 for none.</summary>
    public long Passage { get; init; }

    /// <summary>The enforcement point.</summary>
    public string? Point { get; init; }

    /// <summary>The verb.</summary>
    public Verb Verb { get; init; }

    /// <summary>The canonical target.</summary>
    public string? Target { get; init; }

    /// <summary>What was done: allow for what was granted, deny for what was refused.</summary>
    public Effect? Effect { get; init; }

    /// <summary>
    /// What the rules alone said, where something else was done: ask, before a person or nobody answered; deny, of what only
    /// <c>--observe</c> let pass. Null when what was done is what the rules said.
    /// </summary>
    public Effect? Verdict { get; init; }

    /// <summary>The rules behind the verdict, as written, with their place.</summary>
    public ImmutableArray<RuleReference> Rules { get; init; } = [];

    /// <summary>The one rule that would have allowed it, or that would allow what only <c>--observe</c> let pass.</summary>
    public string? Needed { get; init; }

    /// <summary>The reason in words.</summary>
    public string? Reason { get; init; }

    /// <summary>Digest of the policy that decided.</summary>
    public Digest Policy { get; init; }

    /// <summary>The session's labels at that time.</summary>
    public Labels Labels { get; init; }

    /// <summary>True in every entry of a session under <c>--observe</c>.</summary>
    public bool Observed { get; init; }

    /// <summary>The credential's handle; never the secret.</summary>
    public string? Credential { get; init; }

    /// <summary>How a granted action ended.</summary>
    public OutcomeKind? Outcome { get; init; }

    /// <summary>Detail of the outcome, the state's name, or the instance's event.</summary>
    public string? Detail { get; init; }

    /// <summary>What it used.</summary>
    public Usage? Usage { get; init; }

    /// <summary>What an intent reserved of its session's budgets, or what its outcome spent; null without a budget.</summary>
    public Budgets.Spend? Spend { get; init; }

    /// <summary>Tool calls in a model's answer, by name.</summary>
    public ImmutableArray<string> ToolCalls { get; init; } = [];

    /// <summary>
    /// How many refusals this entry stands for: 1, or, in an entry without a target, those above the rate.
    /// </summary>
    public long Count { get; init; } = 1;

    /// <summary>
    /// Digest of the one ask of one action that an approval is bound to; it stands in the approval and in the intent or refusal
    /// that came of it.
    /// </summary>
    public Digest Action { get; init; }

    /// <summary>The session that handed this one its work; default for a session that a person started.</summary>
    public SessionId Parent { get; init; }

    /// <summary>Entries that the emitter knows it should have written and did not; refusals above the rate among them.</summary>
    public long Lost { get; init; }

    /// <summary>Content beside the tree.</summary>
    public ImmutableArray<Payload> Payloads { get; init; } = [];
}
