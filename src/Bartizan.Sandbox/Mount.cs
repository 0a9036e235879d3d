namespace Bartizan.Sandbox;

/// <summary>One thing of the view: a path inside and what is there. Made by the factory methods.</summary>
public sealed record Mount
{
    private Mount() { }

    /// <summary>The absolute, canonical path inside.</summary>
    public required string InsidePath { get; init; }

    /// <summary>How it comes to be there.</summary>
    public required MountKind Kind { get; init; }

    /// <summary>For binds: the real host path (no component of it a symbolic link; refused otherwise). Else empty.</summary>
    public string HostPath { get; init; } = "";

    /// <summary>For <see cref="MountKind.File"/>: the bytes.</summary>
    public ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>For <see cref="MountKind.Symlink"/>: where it points. Else empty.</summary>
    public string LinkTarget { get; init; } = "";

    /// <summary>For <see cref="MountKind.Tmpfs"/>: its size in bytes.</summary>
    public long SizeBytes { get; init; }

    /// <summary>
    /// For binds when the daemon is root: what the owner of the bound directory owns on the host, the agent owns inside (an
    /// id-mapped mount). True for writable binds; a read-only workspace wants it too.
    /// </summary>
    public bool OwnedByAgent { get; init; }

    /// <summary>Why it is there, for the receipt: <c>workspace</c>, <c>program node</c>, <c>client profile</c>…</summary>
    public string Purpose { get; init; } = "";

    /// <summary>A host directory or file, read-only.</summary>
    public static Mount ReadOnly(string hostPath, string insidePath, string purpose = "", bool ownedByAgent = false) =>
        new()
        {
            InsidePath = insidePath,
            Kind = MountKind.ReadOnlyBind,
            HostPath = hostPath,
            OwnedByAgent = ownedByAgent,
            Purpose = purpose,
        };

    /// <summary>A host directory or file the agent may change.</summary>
    public static Mount Writable(string hostPath, string insidePath, string purpose = "") =>
        new()
        {
            InsidePath = insidePath,
            Kind = MountKind.WritableBind,
            HostPath = hostPath,
            OwnedByAgent = true,
            Purpose = purpose,
        };

    /// <summary>A read-only file with this content.</summary>
    public static Mount File(string insidePath, ReadOnlyMemory<byte> content, string purpose = "") =>
        new()
        {
            InsidePath = insidePath,
            Kind = MountKind.File,
            Content = content,
            Purpose = purpose,
        };

    /// <summary>A file with this content that the agent may change; it goes with the sandbox.</summary>
    public static Mount WritableFile(string insidePath, ReadOnlyMemory<byte> content, string purpose = "") =>
        new()
        {
            InsidePath = insidePath,
            Kind = MountKind.WritableFile,
            Content = content,
            Purpose = purpose,
        };

    /// <summary>A symbolic link.</summary>
    public static Mount Symlink(string insidePath, string target, string purpose = "") =>
        new()
        {
            InsidePath = insidePath,
            Kind = MountKind.Symlink,
            LinkTarget = target,
            Purpose = purpose,
        };

    /// <summary>An empty directory in memory of at most this many bytes.</summary>
    public static Mount Tmpfs(string insidePath, long sizeBytes, string purpose = "") =>
        new()
        {
            InsidePath = insidePath,
            Kind = MountKind.Tmpfs,
            SizeBytes = sizeBytes,
            Purpose = purpose,
        };
}
