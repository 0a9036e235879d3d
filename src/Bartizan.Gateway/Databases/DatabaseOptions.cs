namespace Bartizan.Gateway.Databases;

/// <summary>The bounds of the database gateway. Whatever goes over one ends the connection, with a sentence that says which.</summary>
public sealed record DatabaseOptions
{
    /// <summary>Connections that a session may hold at once: more than its role may.</summary>
    public int MaxConnections { get; init; } = 32;

    /// <summary>Bytes of a start-up message: names and settings only.</summary>
    public int MaxGreetingBytes { get; init; } = 8 * 1024;

    /// <summary>Bytes of one message of an agent that is no Bind: a statement, and the types of its values.</summary>
    public int MaxStatementBytes { get; init; } = 64 * 1024;

    /// <summary>Bytes of one Bind: the values of a statement.</summary>
    public int MaxClientMessageBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of one message of a server: a row, which is held while guards look at it.</summary>
    public int MaxServerMessageBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Rows are looked at together, up to so many bytes.</summary>
    public int RowBytes { get; init; } = 64 * 1024;

    /// <summary>Messages that wait for the server's answer: no driver pipelines more.</summary>
    public int MaxPending { get; init; } = 16 * 1024;

    /// <summary>Statements that a connection has prepared at once.</summary>
    public int MaxPrepared { get; init; } = 4096;

    /// <summary>
    /// Bytes that all connections of a session hold: statements, portals with their values, and what waits for an answer. Two of the
    /// largest Binds: each counts twice, as it came and as text.
    /// </summary>
    public long MaxKeptBytes { get; init; } = 128L << 20;

    /// <summary>For the start-up of either side: longer than a slow server takes to make a role.</summary>
    public TimeSpan GreetWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For connections to end by themselves after they were cut.</summary>
    public TimeSpan DrainWithin { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Bytes of a message of an agent, by its letter.</summary>
    internal int MostOf(byte type) => type == 'B' ? MaxClientMessageBytes : MaxStatementBytes;
}
