using System.Formats.Tar;
using System.Text;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Native;
using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Pruning;

/// <summary>Writes what is to be pruned into an archive (<see cref="ArchiveLayout"/>): whole, synced, and read back, or not at all.</summary>
internal static class ArchiveWriter
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes the archive and verifies what it wrote; returns what the log must record.</summary>
    /// <exception cref="LogInconsistentException">When the log's files don't hold what its checkpoint covers.</exception>
    /// <exception cref="IOException">When the disk fails.</exception>
    public static PruneRecord Write(
        string directory,
        long first,
        long end,
        SignedCheckpoint signed,
        NoteVerifier key,
        string path,
        CancellationToken cancellationToken
    )
    {
        var tree = new TileTree(directory, signed.Checkpoint.Size);
        var beside = path + ".new";
        File.Delete(beside);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = Mode,
        };
        using (var file = new FileStream(beside, options))
        {
            using (var tar = new TarWriter(file, TarEntryFormat.Ustar, leaveOpen: true))
            {
                Put(tar, ArchiveLayout.Range, ArchiveLayout.RangeText(key.Name, first, end));
                Put(tar, ArchiveLayout.Key, $"{key}\n");
                Put(tar, ArchiveLayout.Checkpoint, signed.Note);
                Put(tar, ArchiveLayout.Edge, ProofText.Write(Edge(tree, first)));
                Put(tar, ArchiveLayout.Proof, ProofText.Write(ConsistencyProof.Make(tree, end, tree.Size)));
                for (var block = first / TilePath.Width; block < end / TilePath.Width; block++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    Copy(tar, directory, TilePath.Tile(0, block, TilePath.Width));
                    Copy(tar, directory, TilePath.Bundle(block, TilePath.Width));
                }
            }

            file.Flush();
            LibC.SyncFile(file.SafeFileHandle);
        }

        File.Move(beside, path, overwrite: true);
        Disks.SystemDisk.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);

        // INVARIANT: nothing is recorded as archived that wasn't read back and proven.
        var verdict = ArchiveVerifier.Verify(path, new ArchiveOptions { Key = key }, cancellationToken);
        return verdict.Holds && verdict.First == first && verdict.End == end
            ? new PruneRecord(first, end, signed.Checkpoint.Size, verdict.Root, verdict.Digest)
            : throw new LogInconsistentException(
                $"the archive `{path}` doesn't verify ({(verdict.Faults.IsEmpty ? "another range" : verdict.Faults[0].Text)}): nothing is pruned; run `bartizan log verify`"
            );
    }

    // The roots of the perfect subtrees that a tree of this size is made of, largest first.
    private static byte[] Edge(TileTree tree, long size)
    {
        var edge = new List<byte>();
        var hash = new byte[TreeHash.SizeBytes];
        var before = 0L;
        for (var level = 62; level >= 0; level--)
        {
            if ((size >> level & 1) == 1)
            {
                tree.Read(level, before >> level, hash);
                edge.AddRange(hash);
                before += 1L << level;
            }
        }

        return [.. edge];
    }

    private static void Copy(TarWriter tar, string directory, string name)
    {
        var path = Path.Combine(directory, name);
        try
        {
            Put(tar, name, File.ReadAllBytes(path));
        }
        catch (IOException) when (!File.Exists(path))
        {
            throw new LogInconsistentException($"`{path}` is missing: nothing is pruned; run `bartizan log verify`");
        }
    }

    private static void Put(TarWriter tar, string name, string text) => Put(tar, name, Encoding.UTF8.GetBytes(text));

    private static void Put(TarWriter tar, string name, byte[] content) =>
        tar.WriteEntry(
            new UstarTarEntry(TarEntryType.RegularFile, name)
            {
                // The same entries make the same file, whoever writes it and when.
                ModificationTime = DateTimeOffset.UnixEpoch,
                Mode = Mode,
                DataStream = new MemoryStream(content, writable: false),
            }
        );
}
