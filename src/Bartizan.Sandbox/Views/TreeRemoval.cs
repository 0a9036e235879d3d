using System.Text;
using Bartizan.Sandbox.Native;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Sandbox.Views;

/// <summary>
/// Deletes a tree that an agent filled: of any depth, with any name, with directories it took its own rights from. Directories
/// that lie too deep are moved up to the top and deleted there, so that no more than <see cref="DeepestOpen"/> are open.
/// </summary>
internal static class TreeRemoval
{
    private const int DeepestOpen = 64;

    /// <summary>Names read at once from a directory: one with ten million files must not fill the memory.</summary>
    private const int NamesAtOnce = 10_000;

    public static void Remove(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        var path = Path.GetFullPath(folder);
        using var parent = FileCalls.OpenRoot(Path.GetDirectoryName(path)!, followLinks: true);
        var name = Encoding.UTF8.GetBytes(Path.GetFileName(path) + "\0");
        using (var top = FileCalls.OpenToEmpty(parent, name))
        {
            var moved = 0;
            Clear(top, top, 0, ref moved);
        }

        if (!FileCalls.TryRemoveDirectory(parent, name))
        {
            throw FileCalls.Failed("delete", folder);
        }
    }

    private static void Clear(SafeFileHandle top, SafeFileHandle directory, int depth, ref int moved)
    {
        for (
            var names = DirectoryCalls.RawNames(directory, NamesAtOnce);
            names.Count > 0;
            names = DirectoryCalls.RawNames(directory, NamesAtOnce)
        )
        {
            foreach (var name in names)
            {
                RemoveNode(top, directory, name, depth, ref moved);
            }
        }
    }

    private static void RemoveNode(SafeFileHandle top, SafeFileHandle directory, byte[] name, int depth, ref int moved)
    {
        if (FileCalls.TryUnlink(directory, name) || FileCalls.TryRemoveDirectory(directory, name))
        {
            return;
        }

        if (depth >= DeepestOpen)
        {
            FileCalls.Rename(directory, name, top, Encoding.UTF8.GetBytes($".bartizan-deep-{moved++}\0"));
            return;
        }

        using (var below = FileCalls.OpenToEmpty(directory, name))
        {
            Clear(top, below, depth + 1, ref moved);
        }

        if (!FileCalls.TryRemoveDirectory(directory, name))
        {
            throw FileCalls.Failed("delete", "a directory of the stage");
        }
    }
}
