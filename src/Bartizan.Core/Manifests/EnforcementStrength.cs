namespace Bartizan.Core.Manifests;

/// <summary>How much of a rule holds even if the agent is hostile.</summary>
public enum EnforcementStrength
{
    /// <summary>It states an intent: a hostile agent can get round it inside the sandbox.</summary>
    Intent = 0,

    /// <summary>A part of it holds at all times, the rest when a person's files would change.</summary>
    Partly,

    /// <summary>It holds: there is no other way.</summary>
    Holds,
}
