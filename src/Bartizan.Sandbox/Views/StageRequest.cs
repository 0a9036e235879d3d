using System.Collections.Immutable;

namespace Bartizan.Sandbox.Views;

/// <summary>What is to be staged, and where.</summary>
public sealed record StageRequest
{
    /// <summary>The workspace on the host.</summary>
    public required string Source { get; init; }

    /// <summary>The stage folder, <c>sessions/ID/stage</c> of the state directory. Made here; must not exist.</summary>
    public required string Folder { get; init; }

    /// <summary>Who owns the staged files; null leaves them to the daemon's own user (for an id-mapped mount).</summary>
    public UnixOwner? Owner { get; init; }

    /// <summary>Host folders and files that are never staged whatever the rules say: the state directory, a vault's key.</summary>
    public ImmutableArray<string> Never { get; init; } = [];

    /// <summary>The bounds.</summary>
    public ViewLimits Limits { get; init; } = new();
}
