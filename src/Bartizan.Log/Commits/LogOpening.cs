using System.Security.Cryptography;
using System.Text;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Pruning;
using Bartizan.Log.Segments;
using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Commits;

/// <summary>Everything that opening a log finds or makes, before the first entry.</summary>
internal sealed record LogOpening(
    string Directory,
    FileStream Owner,
    NoteSigner Signer,
    CheckpointStore Checkpoints,
    SignedCheckpoint Last,
    SignedCheckpoint? Witnessed,
    CompactRange Tree,
    SegmentWriter Segment,
    LogRecovery Recovery
)
{
    private const UnixFileMode DirectoryMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static LogOpening Open(string directory, LogOptions options, CancellationToken cancellationToken)
    {
        var keys = options.KeyDirectory ?? Path.Combine(directory, "keys");
        System.IO.Directory.CreateDirectory(directory, DirectoryMode);
        System.IO.Directory.CreateDirectory(Path.Combine(directory, SegmentFile.Folder), DirectoryMode);
        System.IO.Directory.CreateDirectory(keys, DirectoryMode);
        var owner = Own(directory);
        try
        {
            var segments = SegmentFile.List(directory);
            var keyPath = Path.Combine(keys, CheckpointStore.KeyName);
            var signer = LoadOrCreateKey(keyPath, directory, options, segments.Count > 0);
            var checkpoints = new CheckpointStore(directory, keys);
            var last = checkpoints.Load(signer.Verifier);
            return segments.Count == 0
                ? Create(directory, owner, signer, checkpoints, last)
                : Continue(directory, owner, signer, checkpoints, last, segments, options, cancellationToken);
        }
        catch
        {
            owner.Dispose();
            throw;
        }
    }

    private static FileStream Own(string directory)
    {
        var path = Path.Combine(directory, "lock");
        try
        {
            // On Linux this is flock(2): it goes with the process, however that ends.
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"another process writes the log in `{directory}`", e);
        }
    }

    private static NoteSigner LoadOrCreateKey(string path, string directory, LogOptions options, bool hasEntries)
    {
        if (!File.Exists(path))
        {
            if (hasEntries)
            {
                throw new LogInconsistentException(
                    $"the signing key `{path}` of the log in `{directory}` is missing: restore it, or move the log away to start a new one"
                );
            }

            var origin = options.Origin ?? "bartizan/" + RandomNumberGenerator.GetHexString(16, lowercase: true);
            NoteSigner.Create(origin).Save(path);
        }

        var mode = File.GetUnixFileMode(path);
        if ((mode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != UnixFileMode.None)
        {
            throw new LogInconsistentException(
                $"the signing key `{path}` can be reached by others (mode {Convert.ToString((int)mode, 8)}): run `chmod 600` on it"
            );
        }

        var signer = NoteSigner.Load(path);
        var verifierPath = Path.Combine(directory, CheckpointStore.VerifierName);
        if (!File.Exists(verifierPath))
        {
            DurableFile.Replace(
                verifierPath,
                Encoding.UTF8.GetBytes($"{signer.Verifier}\n"),
                UnixFileMode.UserRead | UnixFileMode.UserWrite
            );
        }
        else if (File.ReadAllText(verifierPath).Trim() != signer.Verifier.ToString())
        {
            throw new LogInconsistentException($"`{verifierPath}` is not the public half of `{path}`");
        }

        return signer;
    }

    private static LogOpening Create(
        string directory,
        FileStream owner,
        NoteSigner signer,
        CheckpointStore checkpoints,
        SignedCheckpoint? last
    )
    {
        if (last is { Checkpoint.Size: > 0 })
        {
            throw new LogInconsistentException(
                $"the log in `{directory}` is gone: the last checkpoint covers {last.Checkpoint.Size} entries, there is no segment"
            );
        }

        // INVARIANT: a checkpoint exists before the first entry does, so that its absence always means that it was taken away.
        var tree = new CompactRange();
        var empty = Checkpoint.Of(signer.Verifier.Name, tree);
        var signed = new SignedCheckpoint(empty, empty.Sign(signer));
        checkpoints.Save(signed.Note);
        var segment = SegmentWriter.Create(directory, 0, signer.Verifier.Name, tree);
        return new LogOpening(
            directory,
            owner,
            signer,
            checkpoints,
            signed,
            null,
            tree,
            segment,
            new LogRecovery(Created: true, TornBytes: 0, BeyondCheckpoint: 0)
        );
    }

    // The first segment holds the first entry, or was given up for bundles that a checkpoint covers.
    private static bool StartsThere(string directory, SegmentFile first, long minimum, long signed)
    {
        var index = first.Header.FirstIndex;
        if (index == 0)
        {
            return first.Number == 0;
        }

        return index <= signed
            && new[] { minimum / TilePath.Width, (index - 1) / TilePath.Width }.All(number =>
                number * TilePath.Width < minimum
                || number * TilePath.Width >= index
                || File.Exists(Path.Combine(directory, TilePath.Bundle(number, TilePath.Width)))
            );
    }

    // What the file `minimum` says counts only as far as a signed leaf says it too.
    private static MinimumIndex Minimum(string directory, LogOptions options, SegmentFile first, long signed)
    {
        var minimum = MinimumIndex.Of(directory);
        if (minimum.Index == 0)
        {
            return minimum;
        }

        using var leaves = new LeafLookup(directory);
        return
            minimum.Record < signed
            && minimum.Index <= first.Header.FirstIndex
            && leaves.Read(minimum.Record) is { } leaf
            && options.PruneRecords.Read(leaf.Span) is { } record
            && record.Minimum == minimum.Index
            && Pruner.ProblemOf(record, minimum.Record) is null
            ? minimum
            : throw new LogInconsistentException(
                $"the log in `{directory}` says that entries before {minimum.Index} were pruned, and none of its signed entries says so; `bartizan log verify` tells more"
            );
    }

    private static LogOpening Continue(
        string directory,
        FileStream owner,
        NoteSigner signer,
        CheckpointStore checkpoints,
        SignedCheckpoint? last,
        List<SegmentFile> segments,
        LogOptions options,
        CancellationToken cancellationToken
    )
    {
        if (last is null)
        {
            throw new LogInconsistentException($"the log in `{directory}` has entries but no checkpoint");
        }

        var origin = SHA256.HashData(Encoding.UTF8.GetBytes(signer.Verifier.Name));
        var minimum = Minimum(directory, options, segments[0], last.Checkpoint.Size);
        if (!StartsThere(directory, segments[0], minimum.Index, last.Checkpoint.Size))
        {
            throw new LogInconsistentException($"the first segment of the log in `{directory}` is missing");
        }

        foreach (var segment in segments.Where(segment => !segment.Header.OriginDigest.AsSpan().SequenceEqual(origin)))
        {
            throw new LogInconsistentException($"`{segment.Path}` belongs to another log");
        }

        var scan = TailScan.Run(segments, last.Checkpoint, cancellationToken);
        checkpoints.Level(last, signer.Verifier);
        var writer = SegmentWriter.Continue(segments[^1], scan.End, scan.Index);
        var recovery = new LogRecovery(Created: false, scan.TornBytes, scan.Tree.Size - last.Checkpoint.Size);
        var witnessed = checkpoints.LoadWitnessed(signer.Verifier);
        return new LogOpening(directory, owner, signer, checkpoints, last, witnessed, scan.Tree, writer, recovery);
    }
}
