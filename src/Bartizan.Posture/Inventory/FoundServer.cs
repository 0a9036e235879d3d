namespace Bartizan.Posture.Inventory;

/// <summary>An MCP server in some agent's configuration.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Place">The file that names it.</param>
public sealed record FoundServer(string Name, string Place);
