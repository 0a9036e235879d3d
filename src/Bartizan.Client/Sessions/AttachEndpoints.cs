using System.Collections.Immutable;

namespace Bartizan.Client.Sessions;

/// <summary>The gateways of an attached session. <c>anthropic</c> carries no <c>/v1</c>, <c>openai</c> ends in it.</summary>
public sealed record AttachEndpoints(string Anthropic, string Openai, string Egress, McpEndpoints Mcp)
{
    /// <summary>The Gemini wire; it carries no <c>/v1beta</c>.</summary>
    public string? Gemini { get; init; }

    /// <summary>Where clients ask before they carry a tool call out: the base, behind which the client's name stands.</summary>
    public string? Hooks { get; init; }

    /// <summary>The same with the addresses of a manifest's tool servers.</summary>
    public AttachEndpoints For(ImmutableArray<string> servers) => this with { Mcp = Mcp.For(servers) };
}
