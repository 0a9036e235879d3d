namespace Bartizan.Core.Conditions;

/// <summary>How two terms are compared.</summary>
public enum Comparator
{
    /// <summary><c>==</c>.</summary>
    Equal = 0,

    /// <summary><c>!=</c>.</summary>
    NotEqual,

    /// <summary><c>&lt;</c>.</summary>
    Less,

    /// <summary><c>&lt;=</c>.</summary>
    LessOrEqual,

    /// <summary><c>&gt;</c>.</summary>
    Greater,

    /// <summary><c>&gt;=</c>.</summary>
    GreaterOrEqual,
}
