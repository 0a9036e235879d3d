using Bartizan.Log.Disks;
using Bartizan.Log.Native;

namespace Bartizan.Log;

/// <summary>Small files that are whole or not there: written beside, synced, renamed, and the name synced too.</summary>
public static class DurableFile
{
    /// <summary>Puts <paramref name="content"/> in place of whatever stands at <paramref name="path"/>.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        var beside = path + ".new";
        File.Delete(beside);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = mode,
            BufferSize = 0,
        };
        using (var stream = new FileStream(beside, options))
        {
            stream.Write(content);
            LibC.SyncFile(stream.SafeFileHandle);
        }

        File.Move(beside, path, overwrite: true);
        SystemDisk.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
