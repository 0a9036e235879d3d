using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Ports;

/// <summary>What guards found in an action.</summary>
/// <param name="Strictest">The strictest effect a guard asks for; <see cref="Effect.Allow"/> when none objects.</param>
/// <param name="Labels">Labels to add to the session.</param>
/// <param name="Findings">What was found, in words without the content itself.</param>
public sealed record GuardReport(Effect Strictest, Labels Labels, ImmutableArray<string> Findings)
{
    /// <summary>
    /// What each guard came to, pass or not, for the record: its name and version, its score and threshold, what was done.
    /// </summary>
    public ImmutableArray<string> Verdicts { get; init; } = [];

    /// <summary>
    /// The action's arguments without what must not leave, to be carried out instead; <c>Undefined</c> where nothing is to be changed.
    /// They are judged anew from the start.
    /// </summary>
    public JsonElement Instead { get; init; }

    /// <summary>
    /// The body of a request to a model without what must not leave, to be sent instead of the agent's own; empty where nothing is to be
    /// changed. What is decided, shown and recorded stays what the agent sent.
    /// </summary>
    public ReadOnlyMemory<byte> Sent { get; init; }

    /// <summary>The message without what must not pass, to be passed on instead; empty where nothing is to be changed.</summary>
    public ReadOnlyMemory<byte> Replacement { get; init; }

    /// <summary>Places of the content that people are asked about, the worst <see cref="GuardFind.MaxShown"/> of them.</summary>
    public ImmutableArray<GuardFind> Finds { get; init; } = [];

    /// <summary>How many such places there are in all.</summary>
    public int Found { get; init; }

    /// <summary>What people are asked about, each thing in the text that it stands in: what they say of it is remembered.</summary>
    public ImmutableArray<HeldPiece> Pieces { get; init; } = [];

    /// <summary>What the agent is told of a denial; null for nothing but that there is one.</summary>
    public string? Told { get; init; }

    /// <summary>The policy under which people said yes before to what would be asked about now; null when nothing stands on that.</summary>
    public Digest? Standing { get; init; }

    /// <summary>What two guards say of one content: the stricter, with what both found.</summary>
    public GuardReport With(GuardReport other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new GuardReport(
            Stricter(Strictest, other.Strictest),
            Labels | other.Labels,
            [.. Findings, .. other.Findings]
        )
        {
            Verdicts = [.. Verdicts, .. other.Verdicts],
            Instead = other.Instead.ValueKind == JsonValueKind.Undefined ? Instead : other.Instead,
            Sent = other.Sent.IsEmpty ? Sent : other.Sent,
            Replacement = other.Replacement.IsEmpty ? Replacement : other.Replacement,
            Finds = [.. Finds.Concat(other.Finds).Take(GuardFind.MaxShown)],
            Found = Found + other.Found,
            Pieces = [.. Pieces, .. other.Pieces],
            Told = Told ?? other.Told,
            Standing = Standing ?? other.Standing,
        };
    }

    /// <summary>True when another report objects in exactly the same way, to what would pass as the same bytes.</summary>
    public bool ObjectsAlike(GuardReport other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Strictest == other.Strictest
            && Labels == other.Labels
            && Findings.SequenceEqual(other.Findings)
            && Finds.SequenceEqual(other.Finds)
            && Found == other.Found
            && Replacement.Span.SequenceEqual(other.Replacement.Span);
    }

    // An effect that is none of the three is a denial.
    private static Effect Stricter(Effect left, Effect right) =>
        right is Effect.Allow or Effect.Ask ? (Effect)Math.Min((int)left, (int)right) : Effect.Deny;

    /// <summary>Nothing found.</summary>
    public static GuardReport Clean { get; } = new(Effect.Allow, Labels.None, []);
}
