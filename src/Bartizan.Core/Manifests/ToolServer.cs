using System.Collections.Immutable;
using Bartizan.Core.Readers;

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

    /// <summary>The address of its Streamable HTTP endpoint; null for one that a command starts.</summary>
    public Uri? Url { get; init; }

    /// <summary>The command that starts it, in a sandbox of its own; empty for one that has an address.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>The hosts that it may reach by TLS from there, as <c>host</c> or <c>host:port</c>.</summary>
    public ImmutableArray<string> Egress { get; init; } = [];

    /// <summary>Where what it is told goes, for labels that are confined to places; null where nobody says.</summary>
    public string? Place { get; init; }

    /// <summary>Variables of its process.</summary>
    public ImmutableSortedDictionary<string, string> Variables { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Credentials that it gets as variables: the variable's name, and the credential's.</summary>
    public ImmutableSortedDictionary<string, string> Credentials { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>How it sees the workspace of a run; null for not at all.</summary>
    public ServerWorkspace? Workspace { get; init; }

    /// <summary>What would take a call of a tool back, by the tool.</summary>
    public ImmutableSortedDictionary<string, ToolUndo> Undo { get; init; } =
        ImmutableSortedDictionary<string, ToolUndo>.Empty;

    /// <summary>The readers that it is made of, where it is the gateway's own; empty for every other.</summary>
    public ImmutableSortedDictionary<string, ReaderTerms> Readers { get; init; } =
        ImmutableSortedDictionary<string, ReaderTerms>.Empty;

    /// <summary>What it runs code by, where it is the gateway's own code tool; null for every other.</summary>
    public CodeTerms? Code { get; init; }

    /// <summary>True for one that the gateway is itself: there is nothing outside that could be pinned.</summary>
    public bool IsOwn => !Readers.IsEmpty || Code is not null;

    /// <summary>The credential that is injected as a Bearer token; null for none.</summary>
    public string? Credential { get; init; }

    /// <summary>A PEM file with the authority of a private server; null for the system's.</summary>
    public string? CertificateAuthority { get; init; }
}
