namespace Bartizan.Core.Queries;

/// <summary>What a statement of SQL is.</summary>
public enum SqlVerb
{
    /// <summary>Not understood.</summary>
    Unknown = 0,

    /// <summary>Reads rows.</summary>
    Select,

    /// <summary>Adds rows.</summary>
    Insert,

    /// <summary>Changes rows.</summary>
    Update,

    /// <summary>Takes rows away.</summary>
    Delete,

    /// <summary>Reads rows as a stream of text: <c>COPY … TO STDOUT</c>.</summary>
    Copy,

    /// <summary>Begins, ends, or marks a place in a transaction.</summary>
    Transaction,

    /// <summary>Sets or shows a harmless setting of the connection, or lets go of what it prepared.</summary>
    Setting,
}
