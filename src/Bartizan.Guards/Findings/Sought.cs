namespace Bartizan.Guards.Findings;

/// <summary>What is looked for in a text.</summary>
[Flags]
public enum Sought
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Orders to a model, by their words and marks.</summary>
    Injection = 1 << 0,

    /// <summary>What reads like the attacks that the lexical vote learnt from.</summary>
    Lexical = 1 << 1,

    /// <summary>Text that a person doesn't see.</summary>
    HiddenText = 1 << 2,

    /// <summary>Credentials and personal data.</summary>
    Sensitive = 1 << 3,

    /// <summary>Shapes in which data leaves.</summary>
    Exfiltration = 1 << 4,

    /// <summary>What tells of the inside of a network or a host; looked for only where it is asked.</summary>
    Internals = 1 << 5,

    /// <summary>All that needs no weights.</summary>
    Deterministic = Injection | HiddenText | Sensitive | Exfiltration,

    /// <summary>All of it, without what is the sender's business only.</summary>
    All = Deterministic | Lexical,
}
