using Bartizan.Log.Disks;
using Bartizan.Log.Native;

namespace Bartizan.Log;

/// <summary>Small files that are whole or not there: written beside, synced, renamed, and the name synced too.</summary>
public static class DurableFile
{
    /// <summary>Puts <paramref name="content"/> in place of whatever stands at <paramref name="path"/>.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content, UnixFileMode mode) =>
        Replace([path], content, mode);

    /// <summary>
    /// The same at several paths. A crash leaves the old or the new content at each, and together they wait for the file
    /// system's journal as often as one alone.
    /// </summary>
    public static void Replace(ReadOnlySpan<string> paths, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        foreach (var path in paths)
        {
            var beside = Beside(path);
            File.Delete(beside);
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = mode,
                BufferSize = 0,
            };
            using var stream = new FileStream(beside, options);
            stream.Write(content);
        }

        foreach (var path in paths)
        {
            using var file = File.OpenHandle(Beside(path), FileMode.Open, FileAccess.Write);
            LibC.SyncFile(file);
        }

        foreach (var path in paths)
        {
            File.Move(Beside(path), path, overwrite: true);
        }

        foreach (var path in paths)
        {
            SystemDisk.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
    }

    private static string Beside(string path) => path + ".new";
}
