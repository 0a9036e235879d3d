using System.Text.Json;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

/// <summary>A decision, and what it was made from. It is handed through every step, so it is a reference: by value it is large.</summary>
internal sealed record Ruling(
    Decision Decision,
    Policy? Policy = null,
    Exposure? MetOrNone = null,
    Decision Before = default,
    GuardReport? ReportOrNone = null
)
{
    public GuardReport Report => ReportOrNone ?? GuardReport.Clean;

    /// <summary>What the session had met when it was made.</summary>
    public Exposure Met => MetOrNone ?? Exposure.None;

    /// <summary>What the rules said, where something else is done.</summary>
    public Effect? Verdict { get; init; }

    /// <summary>The action that was ruled on: the one that came, or what a person made of it.</summary>
    public AgentAction? Action { get; init; }

    /// <summary>What a person made of it, still to be ruled on; null when nobody did.</summary>
    public AgentAction? Draft { get; init; }

    /// <summary>What a person was asked; default when nobody was.</summary>
    public Digest Asked { get; init; }

    /// <summary>
    /// What a person or a guard made of an action. INVARIANT: it has other arguments, never another session or target: those are what the
    /// agent may reach at all.
    /// </summary>
    public static Ruling Redrafted(AgentAction action, JsonElement draft) =>
        action.Redrafted?.Invoke(draft).Action is { } anew
        && anew.Session == action.Session
        && anew.Target.Verb == action.Target.Verb
        && anew.Target.Parts.SequenceEqual(action.Target.Parts)
            ? new Ruling(default(Decision)) { Draft = anew with { Redrafted = action.Redrafted } }
            : new Ruling(Decision.Deny("it was written anew, and it can't be carried out so"));
}
