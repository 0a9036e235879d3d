namespace Bartizan.Sandbox;

/// <summary>How something comes to be at a path inside.</summary>
public enum MountKind
{
    /// <summary>A host directory or file that can be read and executed, not changed.</summary>
    ReadOnlyBind = 0,

    /// <summary>A host directory or file that the agent may change.</summary>
    WritableBind,

    /// <summary>A read-only file with given content; the host has no such file.</summary>
    File,

    /// <summary>A file with given content that the agent may change; it goes with the sandbox. Only below a tmpfs.</summary>
    WritableFile,

    /// <summary>A symbolic link.</summary>
    Symlink,

    /// <summary>An empty directory in memory, of limited size.</summary>
    Tmpfs,
}
