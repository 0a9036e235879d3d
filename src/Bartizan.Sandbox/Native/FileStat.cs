using Bartizan.Sandbox.Views;

namespace Bartizan.Sandbox.Native;

/// <summary>What statx says of a node, without following a link.</summary>
internal sealed record FileStat
{
    /// <summary>All permission bits, set-id and sticky among them.</summary>
    public const uint AllModeBits = 0xFFF;

    /// <summary>rwxrwxrwx.</summary>
    public const uint PermissionBits = 0x1FF;

    private const uint FormatMask = 0xF000;
    private const uint FormatDirectory = 0x4000;
    private const uint FormatFile = 0x8000;
    private const uint FormatLink = 0xA000;

    public required uint RawMode { get; init; }

    public required uint Uid { get; init; }

    public required uint Gid { get; init; }

    public required long Size { get; init; }

    public required ulong Inode { get; init; }

    public required ulong Device { get; init; }

    /// <summary>Nanoseconds since 1970.</summary>
    public required long Modified { get; init; }

    /// <summary>Nanoseconds since 1970; the kernel sets it on each change and no program can.</summary>
    public required long Changed { get; init; }

    public NodeKind Kind =>
        (RawMode & FormatMask) switch
        {
            FormatFile => NodeKind.File,
            FormatDirectory => NodeKind.Directory,
            FormatLink => NodeKind.Link,
            _ => NodeKind.Special,
        };

    public uint Mode => RawMode & PermissionBits;

    /// <summary>What the special kind is, in words.</summary>
    public string KindWords =>
        (RawMode & FormatMask) switch
        {
            0x1000 => "a FIFO",
            0x2000 => "a character device",
            0x6000 => "a block device",
            0xC000 => "a socket",
            FormatDirectory => "a directory",
            FormatFile => "a file",
            FormatLink => "a symbolic link",
            _ => "of an unknown kind",
        };
}
