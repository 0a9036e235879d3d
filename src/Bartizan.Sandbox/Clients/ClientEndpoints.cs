using System.Collections.Immutable;

namespace Bartizan.Sandbox.Clients;

/// <summary>Where the gateways are, as the agent's process reaches them.</summary>
/// <param name="Anthropic">Base of the Anthropic wire, without <c>/v1</c>: <c>http://127.0.0.1:8080</c>.</param>
/// <param name="OpenAI">Base of the OpenAI wire, ending in <c>/v1</c>.</param>
/// <param name="Egress">The egress proxy: <c>http://127.0.0.1:3128</c>.</param>
/// <param name="Certificates">A bundle to trust, by its path inside; null while nothing is intercepted.</param>
/// <param name="Claims">Where a client sends its own OpenTelemetry logs; null when it isn't to send any.</param>
/// <param name="AsksFirst">Whether it asks, by its hooks, before it carries a tool call out.</param>
public sealed record ClientEndpoints(
    string Anthropic,
    string OpenAI,
    string Egress,
    string? Certificates = null,
    string? Claims = null,
    bool AsksFirst = false
)
{
    /// <summary>The certificate, by its path inside, of the authority that is to be trusted beside the system's; null for none.</summary>
    public string? Authority { get; init; }

    /// <summary>The same bundle as Java reads it, by its path inside; null while nothing is intercepted.</summary>
    public string? JavaTrustStore { get; init; }

    /// <summary>What the address of a tool server starts with; the server's name follows.</summary>
    public string Tools { get; init; } = "http://127.0.0.1:8081/mcp/";

    /// <summary>Base of the Gemini wire, without <c>/v1beta</c>.</summary>
    public string Gemini { get; init; } = "http://127.0.0.1:8080";

    /// <summary>The tool servers that the client is to know, by name.</summary>
    public ImmutableArray<string> Servers { get; init; } = [];

    /// <summary>
    /// The program that the client starts for each tool server, to speak to it by stdin and stdout; null where it speaks HTTP.
    /// </summary>
    public string? Bridge { get; init; }

    /// <summary>The fixed places inside every sandbox.</summary>
    public static ClientEndpoints Inside { get; } =
        new("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1", "http://127.0.0.1:3128");

    /// <summary>The same, and the client asks by its hooks before it carries a tool call out.</summary>
    public ClientEndpoints AskingFirst() => this with { AsksFirst = true };

    /// <summary>The same, with the place that takes the client's own logs.</summary>
    public ClientEndpoints TakingClaims() => this with { Claims = $"{OpenAI}/logs" };
}
