using Bartizan.Core.Enforcement;

namespace Bartizan.Sandbox.Views;

/// <summary>One path that a session changed, as the host sees it without following any link.</summary>
public sealed record WorkspaceChange
{
    /// <summary>The path relative to the workspace, with <c>/</c>; may hold any character but NUL. Print <see cref="Shown"/>.</summary>
    public required string Path { get; init; }

    /// <summary>What was done.</summary>
    public required ChangeKind Kind { get; init; }

    /// <summary>What stood there at the start.</summary>
    public NodeKind Before { get; init; }

    /// <summary>What stands there now.</summary>
    public NodeKind After { get; init; }

    /// <summary>Permission bits at the start (0777 at most).</summary>
    public uint ModeBefore { get; init; }

    /// <summary>Permission bits now (0777 at most; set-id and sticky bits never count).</summary>
    public uint ModeAfter { get; init; }

    /// <summary>Bytes at the start.</summary>
    public long SizeBefore { get; init; }

    /// <summary>Bytes now.</summary>
    public long SizeAfter { get; init; }

    /// <summary>Content at the start; <c>default</c> when it was no file.</summary>
    public Digest DigestBefore { get; init; }

    /// <summary>Content now; <c>default</c> when it is no file.</summary>
    public Digest DigestAfter { get; init; }

    /// <summary>Where the link points now; empty when it is none.</summary>
    public string LinkTarget { get; init; } = "";

    /// <summary>Why a person has to look at it first: a hook, a tool's configuration that runs something. Null for none.</summary>
    public string? Danger { get; init; }

    /// <summary>The path with control characters escaped, safe for a terminal.</summary>
    public string Shown => Visible.Text(Path);
}
