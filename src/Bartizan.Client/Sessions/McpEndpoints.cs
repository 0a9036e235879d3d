using System.Collections.Immutable;

namespace Bartizan.Client.Sessions;

/// <summary>Where MCP clients find the tool gateway.</summary>
public sealed record McpEndpoints
{
    /// <summary>The endpoint of all servers of the manifest: each one's tools as <c>server__tool</c>.</summary>
    public string All { get; init; } = "";

    /// <summary>The endpoint of each server of the manifest, by its name: its tools under their own names.</summary>
    public ImmutableSortedDictionary<string, string> Servers { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The same with these servers.</summary>
    public McpEndpoints For(ImmutableArray<string> servers) =>
        this with
        {
            Servers = servers.ToImmutableSortedDictionary(s => s, s => $"{All}/{s}", StringComparer.Ordinal),
        };
}
