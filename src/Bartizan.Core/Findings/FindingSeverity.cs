namespace Bartizan.Core.Findings;

/// <summary>How much a finding matters.</summary>
public enum FindingSeverity
{
    /// <summary>Nobody said: it is taken for the worst.</summary>
    Unknown = 0,

    /// <summary>Worth knowing.</summary>
    Low,

    /// <summary>Worth looking at.</summary>
    Medium,

    /// <summary>What it is about isn't used until a person has looked at it.</summary>
    High,
}
