namespace Bartizan.Client.Workspaces;

/// <summary>What became of a session's changes.</summary>
public sealed record WorkspaceReply
{
    /// <summary>True when done as asked.</summary>
    public required bool Done { get; init; }

    /// <summary>The changes: kind and path.</summary>
    public IReadOnlyList<WorkspaceChangeLine> Changes { get; init; } = [];

    /// <summary>What the session had read that wrote it: `untrusted`, `private`; empty for nothing.</summary>
    public string Labels { get; init; } = "";

    /// <summary>What was not taken, each with its reason.</summary>
    public IReadOnlyList<string> Refused { get; init; } = [];

    /// <summary>The rendered difference, printable; for diff.</summary>
    public string? Text { get; init; }

    /// <summary>Why not, when not done.</summary>
    public string? Problem { get; init; }
}
