using Bartizan.Core.Enforcement;

namespace Bartizan.Sandbox.Views;

/// <summary>One path as it was when the session started: on the host, and in the stage.</summary>
internal sealed record BaselineEntry
{
    public required string Path { get; init; }

    /// <summary><see cref="NodeKind.Nothing"/> for what the rules left out.</summary>
    public required NodeKind Kind { get; init; }

    /// <summary>Permission bits on the host, set-id and sticky among them.</summary>
    public uint Mode { get; init; }

    /// <summary>Bytes of the file.</summary>
    public long Size { get; init; }

    public Digest Digest { get; init; }

    public string LinkTarget { get; init; } = "";

    /// <summary>The host's file: unchanged as long as these are the same.</summary>
    public NodeIdentity Host { get; init; } = NodeIdentity.None;

    /// <summary>The staged file: untouched as long as these are the same.</summary>
    public NodeIdentity Staged { get; init; } = NodeIdentity.None;

    public bool LeftOut => Kind == NodeKind.Nothing;
}
