using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Sandbox.Native;

/// <summary>Reads the names in an open directory, byte for byte as the kernel has them.</summary>
internal static partial class DirectoryCalls
{
    private const int BufferBytes = 64 * 1024;
    private const int NameOffset = 19; // linux_dirent64: ino 8, off 8, reclen 2, type 1

    /// <summary>
    /// The names, sorted; those that are not UTF-8 go to <paramref name="unreadable"/> with U+FFFD for what can't be read. Stops after
    /// <paramref name="most"/> names: more is reported by a longer count than that.
    /// </summary>
    public static List<string> Names(SafeFileHandle directory, int most, List<string> unreadable)
    {
        var names = new List<string>();
        var buffer = new byte[BufferBytes];
        while (names.Count + unreadable.Count <= most)
        {
            var length = (int)GetDirectoryEntries(directory, buffer, (nuint)buffer.Length);
            if (length <= 0)
            {
                break; // the end, or a directory that was deleted while it was read
            }

            Collect(buffer.AsSpan(0, length), names, unreadable);
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>At most about <paramref name="most"/> names from the start, as NUL-terminated bytes.</summary>
    public static List<byte[]> RawNames(SafeFileHandle directory, int most)
    {
        var names = new List<byte[]>();
        var buffer = new byte[BufferBytes];
        Seek(directory, 0, 0);
        while (
            names.Count < most
            && (int)GetDirectoryEntries(directory, buffer, (nuint)buffer.Length) is var length and > 0
        )
        {
            for (var entries = buffer.AsSpan(0, length); entries.Length > NameOffset; )
            {
                var size = BinaryPrimitives.ReadUInt16LittleEndian(entries[16..]);
                var name = entries[NameOffset..size];
                name = name[..(name.IndexOf((byte)0) + 1)];
                if (!name.SequenceEqual(".\0"u8) && !name.SequenceEqual("..\0"u8))
                {
                    names.Add(name.ToArray());
                }

                entries = entries[size..];
            }
        }

        return names;
    }

    private static void Collect(ReadOnlySpan<byte> entries, List<string> names, List<string> unreadable)
    {
        while (entries.Length > NameOffset)
        {
            var size = BinaryPrimitives.ReadUInt16LittleEndian(entries[16..]);
            var name = entries[NameOffset..size];
            name = name[..name.IndexOf((byte)0)];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
            {
                (Utf8.IsValid(name) ? names : unreadable).Add(Encoding.UTF8.GetString(name));
            }

            entries = entries[size..];
        }
    }

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(SafeFileHandle directory, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    private static partial nint GetDirectoryEntries(SafeFileHandle directory, byte[] buffer, nuint size);
}
