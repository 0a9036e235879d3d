using Bartizan.Sandbox.Native;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Sandbox.Views;

/// <summary>Whose a file or folder of the host is, and who else may write to it.</summary>
/// <param name="Uid">The user id it belongs to.</param>
/// <param name="OthersMayWrite">True when its group or everybody may write to it.</param>
public readonly record struct FileOwner(uint Uid, bool OthersMayWrite)
{
    private const uint WriteOfOthers = 0x12; // g+w, o+w

    /// <summary>Asks the kernel; null when it can't be told. A last component that is a link is followed.</summary>
    public static FileOwner? Of(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path);
            return Of(handle);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The same of a file that is open.</summary>
    /// <exception cref="IOException">The kernel doesn't say.</exception>
    public static FileOwner Of(SafeFileHandle handle) => From(FileCalls.Stat(handle));

    /// <summary>The same of a folder, which must be one and no link.</summary>
    public static FileOwner? OfFolder(string path)
    {
        try
        {
            using var handle = FileCalls.OpenRoot(path);
            var stat = FileCalls.Stat(handle);
            return stat.Kind == NodeKind.Directory ? From(stat) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static FileOwner From(FileStat stat) => new(stat.Uid, (stat.Mode & WriteOfOthers) != 0);
}
