using System.Collections.Immutable;

namespace Bartizan.Posture.Inventory;

/// <summary>An MCP server in some agent's configuration: what a manifest can say of it, and no value that may be a secret.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Place">The file that names it.</param>
public sealed record FoundServer(string Name, string Place)
{
    /// <summary>Its address; null for one that a command starts, and for one whose address holds more than a place.</summary>
    public Uri? Url { get; init; }

    /// <summary>The command that starts it; empty when none does, and when its arguments may hold a secret.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>The names of the variables that its process is given.</summary>
    public ImmutableArray<string> Variables { get; init; } = [];

    /// <summary>True when requests to it carry headers of its configuration, which is where tokens stand.</summary>
    public bool HasHeaders { get; init; }
}
