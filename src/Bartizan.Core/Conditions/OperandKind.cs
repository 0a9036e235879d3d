namespace Bartizan.Core.Conditions;

/// <summary>What a term came to.</summary>
internal enum OperandKind
{
    /// <summary>Absent, too large, or not well formed.</summary>
    Unknown = 0,
    Null,
    Bool,
    Int,
    Double,
    Text,

    /// <summary>A list of the call's arguments.</summary>
    JsonList,

    /// <summary>A list of an attribute or a literal.</summary>
    Items,

    /// <summary>The session's labels.</summary>
    Labels,

    /// <summary>An object: known to be none of the others.</summary>
    Object,
}
