using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Bartizan.Client.Sessions;

/// <summary>Where MCP clients find the tool gateway.</summary>
public sealed record McpEndpoints
{
    /// <summary>The address that the endpoints of all servers start with; no endpoint by itself.</summary>
    [JsonIgnore]
    public string Base { get; init; } = "";

    /// <summary>The endpoint of each server of the manifest, by its name: its tools under their own names.</summary>
    public ImmutableSortedDictionary<string, string> Servers { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The same with these servers.</summary>
    public McpEndpoints For(ImmutableArray<string> servers) =>
        this with
        {
            Servers = servers.ToImmutableSortedDictionary(s => s, s => $"{Base}/{s}", StringComparer.Ordinal),
        };
}
