using Bartizan.Core.Enforcement;

namespace Bartizan.Sandbox.Clients;

/// <summary>A tool call of a client in the words of the house.</summary>
/// <param name="Verb">
/// What it comes to: <c>exec</c> for Bash, <c>tool</c> for an MCP tool; <see cref="Verb.Unknown"/> when nobody knows.
/// </param>
/// <param name="Server">The MCP server; empty for a tool of the client itself.</param>
/// <param name="Tool">The tool's own name.</param>
public sealed record NormalTool(Verb Verb, string Server, string Tool);
