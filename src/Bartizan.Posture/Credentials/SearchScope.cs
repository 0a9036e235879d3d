using System.Collections.Immutable;

namespace Bartizan.Posture.Credentials;

/// <summary>Where is looked for static credentials.</summary>
public sealed record SearchScope
{
    /// <summary>The workspace's folder.</summary>
    public required string Workspace { get; init; }

    /// <summary>The person's home, for the configuration of agents; null to leave it out.</summary>
    public string? Home { get; init; }

    /// <summary>The person's variables, by name.</summary>
    public ImmutableDictionary<string, string> Variables { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>True to look at every object of the workspace's repository.</summary>
    public bool History { get; init; }

    /// <summary>Images, as <c>docker save</c> and <c>podman save</c> write them.</summary>
    public ImmutableArray<string> Images { get; init; } = [];
}
