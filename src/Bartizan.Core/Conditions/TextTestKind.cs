namespace Bartizan.Core.Conditions;

/// <summary>What is asked about a piece of a text.</summary>
public enum TextTestKind
{
    /// <summary><c>startsWith</c>.</summary>
    StartsWith = 0,

    /// <summary><c>endsWith</c>.</summary>
    EndsWith,

    /// <summary><c>contains</c>.</summary>
    Contains,
}
