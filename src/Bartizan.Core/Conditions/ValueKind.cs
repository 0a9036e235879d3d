namespace Bartizan.Core.Conditions;

/// <summary>The types of CEL that conditions know.</summary>
public enum ValueKind
{
    /// <summary>Known only when the action is: an argument of a call. A wrong type is then unknown.</summary>
    Dynamic = 0,

    /// <summary><c>null</c>.</summary>
    Null,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Bool,

    /// <summary>A whole number of 64 bits.</summary>
    Int,

    /// <summary>An IEEE 754 number of 64 bits, never NaN or infinite.</summary>
    Double,

    /// <summary>Unicode text.</summary>
    String,

    /// <summary>Values in a row.</summary>
    List,
}
