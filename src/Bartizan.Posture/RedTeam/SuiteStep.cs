using System.Text.Json.Nodes;

namespace Bartizan.Posture.RedTeam;

/// <summary>One tool call of a task or of an attack.</summary>
/// <param name="Server">The server, as the manifest names it.</param>
/// <param name="Tool">The tool, as the server names it.</param>
/// <param name="With">The arguments.</param>
/// <param name="Returns">What the tool answers this call; null for what the suite says of the tool.</param>
public sealed record SuiteStep(string Server, string Tool, JsonObject With, JsonNode? Returns)
{
    /// <summary>Server and tool, as rules name them.</summary>
    public string Name => $"{Server}/{Tool}";
}
