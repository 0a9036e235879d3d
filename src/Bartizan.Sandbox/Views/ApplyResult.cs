using System.Collections.Immutable;

namespace Bartizan.Sandbox.Views;

/// <summary>What became of a diff.</summary>
public sealed record ApplyResult
{
    /// <summary>False when conflicts stopped everything: nothing was changed.</summary>
    public required bool Done { get; init; }

    /// <summary>What was changed on the host, with the digests of what was written.</summary>
    public ImmutableArray<WorkspaceChange> Applied { get; init; } = [];

    /// <summary>What the rules or a person refused.</summary>
    public ImmutableArray<RefusedChange> Refused { get; init; } = [];

    /// <summary>What the person changed meanwhile; any of these stops the whole apply.</summary>
    public ImmutableArray<ViewProblem> Conflicts { get; init; } = [];

    /// <summary>What the diff couldn't take, and directories that stay because the host has something in them.</summary>
    public ImmutableArray<ViewProblem> Problems { get; init; } = [];
}
