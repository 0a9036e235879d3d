using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Sandbox.Native;

/// <summary>
/// File system calls for trees that an agent may have planted. A path is always relative to an open directory and is resolved
/// by openat2 with RESOLVE_BENEATH, NO_SYMLINKS and NO_MAGICLINKS: no component of it may be a symbolic link, however it is
/// swapped meanwhile. The last component of the calls that take a name alone is never followed.
/// </summary>
internal static partial class FileCalls
{
    public const int NoEntry = 2;
    public const int Exists = 17;
    public const int NotDirectory = 20;
    public const int NotEmpty = 39;
    public const int TooManyLinks = 40;
    public const int CrossDevice = 18;
    public const int AccessDenied = 13;

    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int PathOnly = 0x200000;

    // O_DIRECTORY and O_NOFOLLOW differ between x86 and ARM.
    public static readonly int Directory = Arm ? 0x4000 : 0x10000;
    public static readonly int NoFollow = Arm ? 0x8000 : 0x20000;

    private const int CurrentDirectory = -100;
    private const int EmptyPath = 0x1000;
    private const int SymlinkNoFollow = 0x100;
    private const int RemoveDirectoryFlag = 0x200;
    private const uint BasicStatistics = 0x7FF;
    private const nint OpenAt2 = 437;
    private const ulong ResolveNoMagicLinks = 2;
    private const ulong ResolveNoSymlinks = 4;
    private const ulong ResolveBeneath = 8;
    private const nuint CloneFile = 0x40049409;

    private static bool Arm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>Opens a directory by its absolute path, which may hold symbolic links only where a person gave it.</summary>
    public static SafeFileHandle OpenRoot(string path, bool followLinks = false)
    {
        var how = new OpenHow
        {
            Flags = (ulong)(uint)(ReadOnly | Directory | CloseOnExec),
            Resolve = ResolveNoMagicLinks | (followLinks ? 0 : ResolveNoSymlinks),
        };
        var descriptor = OpenAt(CurrentDirectory, path, ref how);
        return descriptor >= 0 ? new SafeFileHandle((nint)descriptor, true) : throw Failed("open", path);
    }

    /// <summary>Opens something below <paramref name="root"/>; null with <paramref name="error"/> when that fails.</summary>
    public static SafeFileHandle? TryOpen(
        SafeFileHandle root,
        string relative,
        int flags,
        uint mode,
        out int error,
        bool followLinks = false
    )
    {
        var how = new OpenHow
        {
            Flags = (ulong)(uint)(flags | CloseOnExec | (followLinks ? 0 : NoFollow)),
            Mode = (flags & Create) != 0 ? mode : 0,
            Resolve = ResolveBeneath | ResolveNoMagicLinks | (followLinks ? 0 : ResolveNoSymlinks),
        };
        var descriptor = OpenAt((int)root.DangerousGetHandle(), relative.Length == 0 ? "." : relative, ref how);
        error = descriptor >= 0 ? 0 : Marshal.GetLastPInvokeError();
        return descriptor >= 0 ? new SafeFileHandle((nint)descriptor, true) : null;
    }

    /// <summary>The node called <paramref name="name"/> in <paramref name="directory"/>; null when there is none.</summary>
    public static FileStat? Stat(SafeFileHandle directory, string name)
    {
        var stat = TryStat(directory, name, out var error);
        return stat is not null || error is NoEntry or NotDirectory ? stat : throw Failed("look at", name, error);
    }

    /// <summary>The same, with the error's number for a caller that goes on.</summary>
    public static FileStat? TryStat(SafeFileHandle directory, string name, out int error)
    {
        var found = Statx(directory, name, SymlinkNoFollow, BasicStatistics, out var raw) == 0;
        error = found ? 0 : Marshal.GetLastPInvokeError();
        return found ? From(raw) : null;
    }

    /// <summary>What an open descriptor refers to.</summary>
    public static FileStat Stat(SafeFileHandle handle) =>
        Statx(handle, "", EmptyPath | SymlinkNoFollow, BasicStatistics, out var raw) == 0
            ? From(raw)
            : throw Failed("look at", "an open file");

    /// <summary>Where a link points; null when it is none any more, or its text is not UTF-8.</summary>
    public static string? ReadLink(SafeFileHandle directory, string name)
    {
        Span<byte> target = stackalloc byte[4096];
        var length = (int)ReadLinkAt(directory, name, target, (nuint)target.Length);
        return length > 0 && Utf8.IsValid(target[..length]) ? Encoding.UTF8.GetString(target[..length]) : null;
    }

    /// <summary>The absolute path that an open descriptor has now.</summary>
    public static string PathOf(SafeFileHandle handle)
    {
        using var descriptors = OpenRoot($"/proc/{Environment.ProcessId}/fd");
        var number = handle.DangerousGetHandle().ToString();
        return ReadLink(descriptors, number) ?? throw Failed("find the path of", "an open file");
    }

    public static void MakeDirectory(SafeFileHandle directory, string name, uint mode) =>
        Check(MakeDirectoryAt(directory, name, mode), "make directory", name);

    public static void MakeLink(string target, SafeFileHandle directory, string name) =>
        Check(SymlinkAt(target, directory, name), "make link", name);

    public static void Rename(SafeFileHandle from, string name, SafeFileHandle to, string newName) =>
        Check(RenameAt(from, name, to, newName), "rename", name);

    public static void Unlink(SafeFileHandle directory, string name) =>
        Check(UnlinkAt(directory, name, 0), "delete", name);

    /// <summary>Removes an empty directory; false when it isn't empty.</summary>
    public static bool RemoveDirectory(SafeFileHandle directory, string name)
    {
        if (UnlinkAt(directory, name, RemoveDirectoryFlag) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error is NotEmpty or Exists ? false : throw Failed("delete", name, error);
    }

    /// <summary>Deletes a node that is no directory, by the bytes of its name; false when it is one or can't be deleted.</summary>
    public static bool TryUnlink(SafeFileHandle directory, byte[] name) => UnlinkBytesAt(directory, name, 0) == 0;

    /// <summary>Deletes an empty directory, by the bytes of its name.</summary>
    public static bool TryRemoveDirectory(SafeFileHandle directory, byte[] name) =>
        UnlinkBytesAt(directory, name, RemoveDirectoryFlag) == 0;

    public static void Rename(SafeFileHandle from, byte[] name, SafeFileHandle to, byte[] newName) =>
        Check(RenameBytesAt(from, name, to, newName), "move", "a directory of the stage");

    /// <summary>
    /// Opens a directory of the daemon's own user to empty it, taking back the rights its owner may have given up. The name is
    /// one component and isn't followed.
    /// </summary>
    public static SafeFileHandle OpenToEmpty(SafeFileHandle directory, byte[] name)
    {
        var flags = ReadOnly | Directory | NoFollow | CloseOnExec;
        var descriptor = OpenBytesAt(directory, name, flags);
        if (descriptor < 0)
        {
            ChangeModeBytesAt(directory, name, 0x1C0, 0);
            descriptor = OpenBytesAt(directory, name, flags);
        }

        if (descriptor < 0)
        {
            throw Failed("open", "a directory of the stage");
        }

        var handle = new SafeFileHandle(descriptor, true);
        ChangeMode(handle, 0x1C0);
        return handle;
    }

    public static void Own(SafeFileHandle directory, string name, uint uid, uint gid) =>
        Check(OwnAt(directory, name, uid, gid, SymlinkNoFollow), "give away", name);

    public static void Own(SafeFileHandle handle, uint uid, uint gid) =>
        Check(OwnAt(handle, "", uid, gid, EmptyPath | SymlinkNoFollow), "give away", "an open file");

    /// <summary>The same; false where only root may.</summary>
    public static bool TryOwn(SafeFileHandle handle, uint uid, uint gid) =>
        OwnAt(handle, "", uid, gid, EmptyPath | SymlinkNoFollow) == 0;

    public static void Permit(SafeFileHandle handle, uint mode) =>
        Check(ChangeMode(handle, mode), "set permissions of", "an open file");

    public static void Touch(SafeFileHandle directory, string name, long modified)
    {
        Span<TimeSpec> times = stackalloc TimeSpec[2];
        times[0] = times[1] = new TimeSpec
        {
            Seconds = Math.DivRem(modified, 1_000_000_000, out var rest) - (rest < 0 ? 1 : 0),
            Nanoseconds = rest < 0 ? rest + 1_000_000_000 : rest,
        };
        Check(SetTimes(directory, name, times, SymlinkNoFollow), "set the time of", name);
    }

    public static void Sync(SafeFileHandle handle) => Check(Fsync(handle), "sync", "a file");

    /// <summary>Makes <paramref name="target"/> share the blocks of <paramref name="source"/>; false where it can't.</summary>
    public static bool TryClone(SafeFileHandle source, SafeFileHandle target) =>
        Ioctl(target, CloneFile, source.DangerousGetHandle()) == 0;

    /// <summary>An exception that says what failed, where, and the system's word for it.</summary>
    public static IOException Failed(string what, string where, int error = 0)
    {
        var cause = error == 0 ? Marshal.GetLastPInvokeError() : error;
        return new IOException(
            $"can't {what} `{Views.Visible.Text(where)}`: {new Win32Exception(cause).Message}",
            cause
        );
    }

    private static void Check(int result, string what, string where)
    {
        if (result != 0)
        {
            throw Failed(what, where);
        }
    }

    private static long OpenAt(int directory, string path, ref OpenHow how)
    {
        const int tries = 64; // RESOLVE_BENEATH answers EAGAIN when a rename ran at the same time
        for (var i = 0; ; i++)
        {
            var descriptor = OpenAt2Call(OpenAt2, directory, path, ref how, (nuint)Marshal.SizeOf<OpenHow>());
            if (descriptor >= 0 || i == tries || Marshal.GetLastPInvokeError() is not (4 or 11))
            {
                return descriptor;
            }
        }
    }

    private static FileStat From(in StatxBuffer raw) =>
        new()
        {
            RawMode = raw.Mode,
            Uid = raw.Uid,
            Gid = raw.Gid,
            Size = (long)raw.Size,
            Inode = raw.Inode,
            Device = ((ulong)raw.DeviceMajor << 32) | raw.DeviceMinor,
            Modified = (raw.ModifiedSeconds * 1_000_000_000) + raw.ModifiedNanoseconds,
            Changed = (raw.ChangedSeconds * 1_000_000_000) + raw.ChangedNanoseconds,
        };

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long OpenAt2Call(nint number, nint directory, string path, ref OpenHow how, nuint size);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(SafeFileHandle directory, string name, int flags, uint mask, out StatxBuffer raw);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ReadLinkAt(SafeFileHandle directory, string name, Span<byte> target, nuint size);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeDirectoryAt(SafeFileHandle directory, string name, uint mode);

    [LibraryImport("libc", EntryPoint = "symlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SymlinkAt(string target, SafeFileHandle directory, string name);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt(SafeFileHandle from, string name, SafeFileHandle to, string newName);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnlinkAt(SafeFileHandle directory, string name, int flags);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    private static partial int UnlinkBytesAt(SafeFileHandle directory, byte[] name, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    private static partial int RenameBytesAt(SafeFileHandle from, byte[] name, SafeFileHandle to, byte[] newName);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    private static partial int OpenBytesAt(SafeFileHandle directory, byte[] name, int flags);

    [LibraryImport("libc", EntryPoint = "fchmodat", SetLastError = true)]
    private static partial int ChangeModeBytesAt(SafeFileHandle directory, byte[] name, uint mode, int flags);

    [LibraryImport("libc", EntryPoint = "fchownat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OwnAt(SafeFileHandle directory, string name, uint uid, uint gid, int flags);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int ChangeMode(SafeFileHandle handle, uint mode);

    [LibraryImport("libc", EntryPoint = "utimensat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetTimes(SafeFileHandle directory, string name, Span<TimeSpec> times, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle handle, nuint request, nint argument);

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>struct statx of linux/stat.h: the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatxBuffer
    {
        [FieldOffset(20)]
        public uint Uid;

        [FieldOffset(24)]
        public uint Gid;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(96)]
        public long ChangedSeconds;

        [FieldOffset(104)]
        public uint ChangedNanoseconds;

        [FieldOffset(112)]
        public long ModifiedSeconds;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
