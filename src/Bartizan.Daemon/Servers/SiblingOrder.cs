using System.Collections.Immutable;
using Bartizan.Sandbox;

namespace Bartizan.Daemon.Servers;

/// <summary>What is started beside an agent, for it.</summary>
internal sealed record SiblingOrder
{
    /// <summary>The kind of its session: <c>server</c>, <c>code</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What it is, for its first entry.</summary>
    public required string Says { get; init; }

    /// <summary>Its name in the manifest.</summary>
    public required string Name { get; init; }

    /// <summary>What runs, for its entries: no argument of a call.</summary>
    public required string Program { get; init; }

    /// <summary>The hosts that it may reach; it has no network where the plan says so, whatever stands here.</summary>
    public required ImmutableArray<string> Egress { get; init; }

    /// <summary>What it is isolated by.</summary>
    public required IIsolationBackend Backend { get; init; }
}
