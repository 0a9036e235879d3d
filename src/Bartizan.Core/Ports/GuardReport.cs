using System.Collections.Immutable;
using System.Text.Json;
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

    /// <summary>Nothing found.</summary>
    public static GuardReport Clean { get; } = new(Effect.Allow, Labels.None, []);
}
