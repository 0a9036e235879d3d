namespace Bartizan.Gateway.Tools;

/// <summary>The headers of a request to a server. They are made of what was read, never copied from the client's.</summary>
internal readonly record struct ServerHeaders
{
    /// <summary>The MCP session, as the server calls it.</summary>
    public string? Session { get; init; }

    /// <summary>The version of the protocol.</summary>
    public string? Version { get; init; }

    /// <summary>The method (2026-07-28).</summary>
    public string? Method { get; init; }

    /// <summary>The name, encoded (2026-07-28).</summary>
    public string? Name { get; init; }

    /// <summary>The last event that came, to go on after it.</summary>
    public string? LastEvent { get; init; }

    /// <summary>The number of the passage, for a server that the gateway is itself; no other hears of it.</summary>
    public long Passage { get; init; }

    /// <summary>Parameters that the client mirrors (2026-07-28).</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Mirrored { get; init; }
}
