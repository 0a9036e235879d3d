namespace Bartizan.Core.Manifests;

/// <summary>What is done about what a guard finds; the strictest is the zero.</summary>
public enum GuardAction
{
    /// <summary>The action is refused, the content doesn't pass.</summary>
    Block = 0,

    /// <summary>It is taken out, and the rest passes; where it can't be taken out, nothing passes.</summary>
    Redact,

    /// <summary>A person is asked.</summary>
    Ask,

    /// <summary>It is recorded.</summary>
    Report,
}
