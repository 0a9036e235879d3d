using Bartizan.Log.Disks;

namespace Bartizan.Log.Tiles;

/// <summary>
/// Puts full tiles and bundles on stable storage, before a segment that holds the same entries goes. By then the system has
/// mostly written them by itself, and a sync finds nothing left to do.
/// </summary>
internal sealed class TileSync(string directory, ILogDisk disk)
{
    /// <summary>
    /// Syncs each full tile and bundle that covers entries from <paramref name="first"/> up to <paramref name="end"/>, and the
    /// folders that name them.
    /// </summary>
    /// <exception cref="IOException">When one is missing or the disk fails.</exception>
    public void Run(long first, long end, CancellationToken cancellationToken)
    {
        var folders = new HashSet<string>(StringComparer.Ordinal);
        for (var level = 0; level < TilePath.MaxLevel; level++)
        {
            // A bundle that the segment shares with the next one is full too; a tile above may not be.
            var span = TilePath.Height * (level + 1);
            var last = level == 0 ? (end + TilePath.Width - 1) >> span : end >> span;
            for (var number = first >> span; number < last; number++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Sync(TilePath.Tile(level, number, TilePath.Width), folders);
                if (level == 0)
                {
                    Sync(TilePath.Bundle(number, TilePath.Width), folders);
                }
            }
        }

        foreach (var folder in folders)
        {
            SystemDisk.SyncDirectory(folder);
        }
    }

    private void Sync(string relativePath, HashSet<string> folders)
    {
        var path = Path.Combine(directory, relativePath);
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            disk.Sync(file);
        }

        for (var folder = Path.GetDirectoryName(path)!; folder != directory && folders.Add(folder); )
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        folders.Add(directory);
    }
}
