namespace Bartizan.Gateway.Databases;

/// <summary>What the server answers a message with.</summary>
internal enum ExpectedAnswer
{
    /// <summary>Nothing that is known.</summary>
    Unknown = 0,

    /// <summary>Rows or errors of each statement, then that it is ready.</summary>
    Query,

    /// <summary>That it was read.</summary>
    Parse,

    /// <summary>That it was bound.</summary>
    Bind,

    /// <summary>That it was closed.</summary>
    Close,

    /// <summary>What a statement's values and rows are.</summary>
    DescribeStatement,

    /// <summary>What rows are.</summary>
    DescribePortal,

    /// <summary>Rows, and how it ended.</summary>
    Execute,

    /// <summary>That it is ready.</summary>
    Sync,
}
