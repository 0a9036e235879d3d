using System.Collections.Immutable;

namespace Bartizan.Sandbox.Clients;

/// <summary>A profile as it stands in its file.</summary>
internal sealed record ProfileText
{
    public required string Name { get; init; }

    public string? Includes { get; init; }

    public ImmutableDictionary<string, string> Variables { get; init; } = ImmutableDictionary<string, string>.Empty;

    public ImmutableArray<string> Reserved { get; init; } = [];

    /// <summary>How a file names one tool server; in the place of the line <c>{servers}</c> it stands once for each.</summary>
    public ImmutableArray<string> Server { get; init; } = [];

    /// <summary>The same for a server that the client speaks to by a process of its own.</summary>
    public ImmutableArray<string> Bridged { get; init; } = [];

    public ImmutableArray<ProfileFile> Files { get; init; } = [];
}
