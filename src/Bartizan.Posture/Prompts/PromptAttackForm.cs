namespace Bartizan.Posture.Prompts;

/// <summary>How an attack's words are written.</summary>
public enum PromptAttackForm
{
    /// <summary>As they are.</summary>
    Plain,

    /// <summary>In Base64.</summary>
    Base64,

    /// <summary>Backwards.</summary>
    Reversed,

    /// <summary>Each byte as two digits of sixteen.</summary>
    Hex,
}
