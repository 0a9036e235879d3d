namespace Bartizan.Core.Manifests;

/// <summary>One MCP server that the tool gateway stands in front of.</summary>
public sealed record ToolServer
{
    /// <summary>
    /// What stands between server and tool where all servers share one endpoint; a server's name doesn't hold it, so that
    /// a joined name is read in one way only.
    /// </summary>
    public const string Divider = "__";

    /// <summary>The name that <c>tool</c> rules use.</summary>
    public required string Name { get; init; }

    /// <summary>The address of its Streamable HTTP endpoint.</summary>
    public required Uri Url { get; init; }

    /// <summary>The credential that is injected as a Bearer token; null for none.</summary>
    public string? Credential { get; init; }

    /// <summary>A PEM file with the authority of a private server; null for the system's.</summary>
    public string? CertificateAuthority { get; init; }
}
