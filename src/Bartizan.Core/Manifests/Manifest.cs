using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Readers;

namespace Bartizan.Core.Manifests;

/// <summary>
/// One agent's manifest: the whole of what it may do, and why. What comes in is YAML (<see cref="ManifestLoader"/>); what
/// goes out is this immutable model, valid once it exists, or errors with positions. It never reads a file by itself.
/// </summary>
public sealed record Manifest
{
    /// <summary>The agent's name.</summary>
    public required string Agent { get; init; }

    /// <summary>The manifest's version, 1 or more.</summary>
    public required int Version { get; init; }

    /// <summary>Who answers for the agent.</summary>
    public string Owner { get; init; } = "";

    /// <summary>What it is for.</summary>
    public string Description { get; init; } = "";

    /// <summary>Where it runs.</summary>
    public DeploymentEnvironment Environment { get; init; }

    /// <summary>How it is started; null when the agent runs elsewhere (<c>attach</c>).</summary>
    public RunSection? Run { get; init; }

    /// <summary>Model upstreams by the names that rules use.</summary>
    public ImmutableDictionary<string, ModelUpstream> Models { get; init; } =
        ImmutableDictionary<string, ModelUpstream>.Empty;

    /// <summary>Tool servers by the names that rules use.</summary>
    public ImmutableDictionary<string, ToolServer> Servers { get; init; } =
        ImmutableDictionary<string, ToolServer>.Empty;

    /// <summary>What is known of hosts, by their names.</summary>
    public ImmutableDictionary<string, HostTerms> Hosts { get; init; } = ImmutableDictionary<string, HostTerms>.Empty;

    /// <summary>Databases by the names that rules use.</summary>
    public ImmutableDictionary<string, ToolDatabase> Databases { get; init; } =
        ImmutableDictionary<string, ToolDatabase>.Empty;

    /// <summary>Hosts of Git repositories by the names that rules use.</summary>
    public ImmutableDictionary<string, GitHost> Git { get; init; } = ImmutableDictionary<string, GitHost>.Empty;

    /// <summary>The reader that a tool is; null for every other tool.</summary>
    public ReaderTerms? ReaderOf(ToolTarget tool)
    {
        ArgumentNullException.ThrowIfNull(tool);
        return Servers.TryGetValue(tool.Server, out var server) && !server.Readers.IsEmpty
            ? server.Readers.GetValueOrDefault(tool.Tool)
            : null;
    }

    /// <summary>True when a quarantined reader reads what a server gives.</summary>
    public bool ReadsFrom(string server) =>
        Servers.TryGetValue(ReaderTerms.Server, out var readers)
        && readers.Readers.Values.Any(reader => reader.Source.Server == server);

    /// <summary>True when a tool server of which nothing is pinned isn't used at all.</summary>
    public bool PinsRequired { get; init; }

    /// <summary>Credentials by the names that rules and upstreams use.</summary>
    public ImmutableDictionary<string, CredentialSource> Credentials { get; init; } =
        ImmutableDictionary<string, CredentialSource>.Empty;

    /// <summary>Servers that issue credentials, by the names that credentials use.</summary>
    public ImmutableDictionary<string, CredentialProvider> Providers { get; init; } =
        ImmutableDictionary<string, CredentialProvider>.Empty;

    /// <summary>Groups of people, by name.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> Groups { get; init; } =
        ImmutableDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>What the baselines say about people: attributes by person.</summary>
    public ImmutableDictionary<string, ImmutableSortedDictionary<string, string>> People { get; init; } =
        ImmutableDictionary<string, ImmutableSortedDictionary<string, string>>.Empty;

    /// <summary>What the baselines say about resources.</summary>
    public ImmutableArray<CatalogueEntry> Catalogue { get; init; } = [];

    /// <summary>Decision points outside that are asked, too.</summary>
    public ImmutableArray<Consultation> Consultations { get; init; } = [];

    /// <summary>What may be spent, by the limits of all layers; null when none has any.</summary>
    public Budgets.Budget? Budget { get; init; }

    /// <summary>When it stops calling what fails; null when never.</summary>
    public Circuits.Circuit? Circuit { get; init; }

    /// <summary>What taints a session, and what may not follow what, by all layers.</summary>
    public TrustTerms Trust { get; init; } = new();

    /// <summary>Whom it answers, and how; null for an agent that works for whoever starts it.</summary>
    public ServeSection? Serve { get; init; }

    /// <summary>What is looked for in content; null when nothing is.</summary>
    public GuardTerms? Guards { get; init; }

    /// <summary>The layers of rules, the outermost baseline first and the manifest's own (roles included) last.</summary>
    public required ImmutableArray<RuleLayer> Layers { get; init; }
}
