using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>How an agent is started.</summary>
public sealed record RunSection
{
    /// <summary>The command; words on the command line after <c>--</c> replace it.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>The client profile: <c>claude-code</c>, <c>codex</c>, <c>gemini</c>, <c>generic</c>.</summary>
    public string Client { get; init; } = "generic";

    /// <summary>The workspace, relative to the manifest's folder.</summary>
    public string WorkspacePath { get; init; } = ".";

    /// <summary>How writes land.</summary>
    public WorkspaceMode WorkspaceMode { get; init; }

    /// <summary>Host folders and files that are mounted read-only at their own path.</summary>
    public ImmutableArray<string> Mounts { get; init; } = [];

    /// <summary>Whether the agent's client sends what it says of itself, which is recorded as its claim.</summary>
    public bool Claims { get; init; }

    /// <summary>Whether the client starts a process for each tool server, instead of speaking HTTP.</summary>
    public bool ToolsByProcess { get; init; }

    /// <summary>Variables of the agent's process.</summary>
    public ImmutableDictionary<string, string> Variables { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>What the sandbox is made of.</summary>
    public IsolationKind Isolation { get; init; }

    /// <summary>With <see cref="IsolationKind.Oci"/>: the image, <c>NAME@sha256:…</c>.</summary>
    public string? Image { get; init; }

    /// <summary>With an image: what a scanner must have said of it; null when nothing is asked.</summary>
    public ImageScanTerms? Scan { get; init; }

    /// <summary>What of the sandbox's inside becomes entries.</summary>
    public SeenKind Seen { get; init; }

    /// <summary>What the sandbox may use.</summary>
    public Limits Limits { get; init; } = new();
}
