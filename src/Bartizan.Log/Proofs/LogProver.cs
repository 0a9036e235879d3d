using Bartizan.Log.Checkpoints;
using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Proofs;

/// <summary>
/// Makes proofs from a log's files alone, of a live log too: under the witnessed checkpoint where that covers the entry,
/// else under the last published one.
/// </summary>
public sealed class LogProver
{
    private readonly LogDirectory _entries;
    private readonly List<(SignedCheckpoint Signed, TileTree Tree)> _checkpoints = [];

    private LogProver(string directory, NoteVerifier key)
    {
        _entries = new LogDirectory(directory);
        Key = key;
    }

    /// <summary>The log's key.</summary>
    public NoteVerifier Key { get; }

    /// <summary>Entries that can be proven.</summary>
    public long Size => _checkpoints.Count == 0 ? 0 : _checkpoints.Max(entry => entry.Tree.Size);

    /// <summary>Opens a log's directory for proving.</summary>
    /// <exception cref="LogInconsistentException">When there is no checkpoint that the log's key signed.</exception>
    public static LogProver Open(string directory)
    {
        var keyPath = Path.Combine(directory, CheckpointStore.VerifierName);
        if (!File.Exists(keyPath) || !NoteVerifier.TryParse(File.ReadAllText(keyPath), out var key))
        {
            throw new LogInconsistentException($"`{keyPath}` holds no key of a log");
        }

        if (!Directory.Exists(Path.Combine(directory, TilePath.Folder)))
        {
            throw new LogInconsistentException(
                $"the log in `{directory}` has no tiles to make proofs from: an older version wrote it, and starting the daemon lays them out"
            );
        }

        var prover = new LogProver(directory, key);
        foreach (var name in new[] { CheckpointStore.WitnessedName, CheckpointStore.FileName })
        {
            if (CheckpointStore.Read(Path.Combine(directory, name), key) is { } signed)
            {
                prover._checkpoints.Add((signed, new TileTree(directory, signed.Checkpoint.Size)));
            }
        }

        return prover._checkpoints.Count > 0
            ? prover
            : throw new LogInconsistentException($"the log in `{directory}` has no checkpoint: nothing can be proven");
    }

    /// <summary>The proof of one entry; null when no checkpoint covers it yet.</summary>
    /// <param name="index">The entry's index.</param>
    /// <param name="withEntry">Whether the proof carries the entry along.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="LogInconsistentException">When the files don't hold what the checkpoint covers.</exception>
    public async Task<LogProof?> ProveAsync(long index, bool withEntry, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var (signed, tree) = _checkpoints.FirstOrDefault(entry => entry.Tree.Size > index);
        if (signed is null)
        {
            return null;
        }

        await foreach (var leaf in _entries.ReadAsync(index, 1, cancellationToken).ConfigureAwait(false))
        {
            var proof = new LogProof
            {
                Index = index,
                Hashes = InclusionProof.Make(tree, index, tree.Size),
                Note = signed.Note,
                Entry = withEntry ? leaf.Bytes : (ReadOnlyMemory<byte>?)null,
            };
            return proof.Check(leaf.Bytes.Span, Key, out var problem) is not null
                ? proof
                : throw new LogInconsistentException(
                    $"entry {index} can't be proven: {problem}; run `bartizan log verify`"
                );
        }

        throw new LogInconsistentException($"entry {index} is missing; run `bartizan log verify`");
    }
}
