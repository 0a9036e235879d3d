using System.Collections.Immutable;

namespace Bartizan.Posture.Inventory;

/// <summary>
/// What an agent that is started today, without Bartizan, could reach on this machine: names, never values. The table that
/// <c>init</c> prints.
/// </summary>
public sealed record Exposure
{
    /// <summary>Agent programs on the path, by name.</summary>
    public required ImmutableArray<FoundAgent> Agents { get; init; }

    /// <summary>Credential files that the person, and so an agent, can read.</summary>
    public required ImmutableArray<string> CredentialFiles { get; init; }

    /// <summary>Variables that look like static keys, by name.</summary>
    public required ImmutableArray<string> KeyVariables { get; init; }

    /// <summary>Files in the workspace whose names say that they hold secrets.</summary>
    public required ImmutableArray<string> SecretFiles { get; init; }

    /// <summary>MCP servers that agents on this machine are configured with.</summary>
    public required ImmutableArray<FoundServer> Servers { get; init; }

    /// <summary>True when the walk of the workspace ended at its bound.</summary>
    public required bool Truncated { get; init; }
}
