using System.Runtime.CompilerServices;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Commits;
using Bartizan.Log.Pruning;
using Bartizan.Log.Publishing;

namespace Bartizan.Log;

/// <summary>
/// An append-only log of opaque leaves: durable in groups, hashed into an RFC 6962 tree, committed to by signed checkpoints.
/// <code>
/// AppendAsync ─┐            ┌ 1 number and write leaves into one buffer
/// AppendAsync ─┼─ in line ──┤ 2 sync the companion, if it has something
/// PostAsync  ──┘   bounded  │ 3 one write, one fdatasync
///                           │ 4 tell who waits
///                           └ 5 hash into the tree
/// behind it, every 0.1 s: read back, hash again, lay out tiles; every second: sign a checkpoint, in two places
/// </code>
/// Appending completes when the entry is <see cref="LogRung.Durable"/>; <see cref="WaitAsync"/> waits for the rungs above.
/// One process owns a log; anybody who may read the files can read (<see cref="LogDirectory"/>) and verify them
/// (<see cref="Verification.LogVerifier"/>). It knows nothing of what leaves mean.
/// </summary>
public sealed class TransparencyLog : IAsyncDisposable
{
    private readonly NoteSigner _signer;
    private readonly FileStream _owner;
    private readonly LogDirectory _files;
    private readonly CommitQueue _queue;
    private readonly CommitLoop _loop;
    private readonly LogPublisher _publisher;
    private int _disposed;

    private TransparencyLog(LogOpening opening, LogOptions options, TimeProvider clock)
    {
        _signer = opening.Signer;
        _owner = opening.Owner;
        _files = new LogDirectory(opening.Directory);
        Recovery = opening.Recovery;
        _loop = new CommitLoop(opening, options);
        _queue = _loop.Queue;
        _publisher = new LogPublisher(opening, _loop, options, clock);
        Pruning = new LogPruning(opening.Directory, options, _signer.Verifier, _publisher.Rungs);
    }

    /// <summary>Number of durable entries.</summary>
    public long Size => _loop.Size;

    /// <summary>The log's name.</summary>
    public string Origin => _signer.Verifier.Name;

    /// <summary>The key that checkpoints verify with.</summary>
    public NoteVerifier Verifier => _signer.Verifier;

    /// <summary>The last checkpoint that was published.</summary>
    public Checkpoint LastCheckpoint => _publisher.Last.Checkpoint;

    /// <summary>Pruning: what is too old to be kept goes into an archive.</summary>
    public LogPruning Pruning { get; }

    /// <summary>What opening found.</summary>
    public LogRecovery Recovery { get; }

    /// <summary>How many fdatasyncs appending has cost, the companion's included.</summary>
    public long Syncs => _loop.Syncs;

    /// <summary>Why the log takes nothing more; null while it does.</summary>
    public LogUnwritableException? Failure => _loop.Failure;

    /// <summary>Why the last checkpoint could not be published; null when it was.</summary>
    public Exception? CheckpointProblem => _publisher.Problem;

    /// <summary>Opens the log in a directory, or makes one there, and owns it until disposed.</summary>
    /// <exception cref="LogInconsistentException">When the files aren't what was written and signed.</exception>
    /// <exception cref="IOException">When another process owns it, or the disk fails.</exception>
    public static Task<TransparencyLog> OpenAsync(
        string directory,
        LogOptions options,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        // One spelling: paths below it are compared.
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        return Task.Run(
            () => new TransparencyLog(LogOpening.Open(path, options, cancellationToken), options, clock),
            cancellationToken
        );
    }

    /// <summary>Appends a leaf; completes when it is durable. Once in line it is written, cancelled or not.</summary>
    /// <exception cref="LogUnwritableException">When it could not be made durable.</exception>
    public ValueTask<LogPosition> AppendAsync(ReadOnlyMemory<byte> leaf, CancellationToken cancellationToken)
    {
        CheckLength(leaf.Length);
        if (!MayEnter(cancellationToken, out var refused))
        {
            return ValueTask.FromException<LogPosition>(refused);
        }

        var pending = _queue.Take();
        pending.Fill(leaf.Span, awaited: true);
        return Enter(pending);
    }

    /// <summary>Appends a leaf that is written once its index is known; completes when it is durable.</summary>
    /// <exception cref="LogUnwritableException">When it could not be made durable.</exception>
    public ValueTask<LogPosition> AppendAsync(ILeafSource leaf, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        if (!MayEnter(cancellationToken, out var refused))
        {
            return ValueTask.FromException<LogPosition>(refused);
        }

        var pending = _queue.Take();
        pending.Fill(leaf, awaited: true);
        return Enter(pending);
    }

    /// <summary>Puts a leaf in line; completes when it has a place there.</summary>
    /// <exception cref="LogUnwritableException">When the log takes nothing more.</exception>
    public ValueTask PostAsync(ReadOnlyMemory<byte> leaf, CancellationToken cancellationToken)
    {
        CheckLength(leaf.Length);
        if (!MayEnter(cancellationToken, out var refused))
        {
            return ValueTask.FromException(refused);
        }

        var pending = _queue.Take();
        pending.Fill(leaf.Span, awaited: false);
        return _queue.Enqueue(pending) is { } admission ? new ValueTask(admission) : default;
    }

    /// <summary>Puts a leaf that is written later in line; completes when it has a place there.</summary>
    /// <exception cref="LogUnwritableException">When the log takes nothing more.</exception>
    public ValueTask PostAsync(ILeafSource leaf, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        if (!MayEnter(cancellationToken, out var refused))
        {
            return ValueTask.FromException(refused);
        }

        var pending = _queue.Take();
        pending.Fill(leaf, awaited: false);
        return _queue.Enqueue(pending) is { } admission ? new ValueTask(admission) : default;
    }

    /// <summary>Durable leaves, from an index on.</summary>
    public async IAsyncEnumerable<LogLeaf> ReadAsync(
        long from,
        long count,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var available = Math.Max(0, Size - from);
        await foreach (
            var leaf in _files.ReadAsync(from, Math.Min(count, available), cancellationToken).ConfigureAwait(false)
        )
        {
            yield return leaf;
        }
    }

    /// <summary>How far a rung has come.</summary>
    public LogStanding Standing(LogRung rung) =>
        rung <= LogRung.Durable ? new LogStanding(rung, Size, null) : _publisher.Rungs.Standing(rung);

    /// <summary>
    /// Completes when an appended entry stands on a rung. Published takes up to <see cref="LogOptions.CheckpointEvery"/>;
    /// witnessed as long as the witnesses do: wait with a time limit.
    /// </summary>
    public Task<LogStanding> WaitAsync(LogPosition position, LogRung rung, CancellationToken cancellationToken) =>
        rung <= LogRung.Durable
            ? Task.FromResult(Standing(rung))
            : _publisher.Rungs.WaitAsync(rung, position.Index, cancellationToken);

    /// <summary>
    /// Takes a checkpoint of this log with cosignatures, as a witness's client put it together. True when the policy is met:
    /// then it is kept as <c>witnessed</c>, and who waits for that rung goes on.
    /// </summary>
    /// <exception cref="LogInconsistentException">When the log didn't sign it, or has other entries.</exception>
    public Task<bool> AcceptCosignaturesAsync(string note, CancellationToken cancellationToken) =>
        _publisher.AcceptAsync(note, cancellationToken);

    /// <summary>Publishes a checkpoint of everything that is durable now, and returns it.</summary>
    public Task<Checkpoint> PublishCheckpointAsync(CancellationToken cancellationToken) =>
        _publisher.PublishAsync(cancellationToken);

    /// <summary>
    /// Closes the segment that grows: the next entry starts another, so that what lies in this one can be given up for its bundles and
    /// pruned, however slowly the log grows.
    /// </summary>
    public void CloseSegment() => _loop.CloseSegment();

    /// <summary>Signs a text that is no checkpoint with the log's key; it ends in a newline.</summary>
    /// <exception cref="ArgumentException">When its first line is the log's name, which begins a checkpoint.</exception>
    public string SignStatement(string text)
    {
        ArgumentNullException.ThrowIfNull(text);

        // INVARIANT: nothing that somebody else worded can ever be taken for a checkpoint of this log, or be cosigned as one.
        return
            text.EndsWith('\n')
            && !text.Contains("\n\n", StringComparison.Ordinal)
            && !text.StartsWith(Origin + "\n", StringComparison.Ordinal)
            ? _signer.Sign(text)
            : throw new ArgumentException(
                "a statement has another first line than a checkpoint, and no empty one",
                nameof(text)
            );
    }

    /// <summary>Writes what is in line, publishes a last checkpoint, and lets go of the files.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _queue.Close();
        await _loop.Stopped.ConfigureAwait(false);
        await _publisher.DisposeAsync().ConfigureAwait(false);
        _loop.Dispose();
        await _owner.DisposeAsync().ConfigureAwait(false);
    }

    private static void CheckLength(int length)
    {
        if (length is 0 or > LogOptions.MaxLeafBytes)
        {
            throw new ArgumentOutOfRangeException(
                nameof(length),
                $"a leaf of {length} bytes: it must have 1 to 65,535"
            );
        }
    }

    private bool MayEnter(CancellationToken cancellationToken, out Exception refused)
    {
        refused = null!;
        if (cancellationToken.IsCancellationRequested)
        {
            refused = new OperationCanceledException(cancellationToken);
        }
        else if (_loop.Failure is { } failure)
        {
            refused = new LogUnwritableException(failure.Message, failure);
        }

        return refused is null;
    }

    private ValueTask<LogPosition> Enter(PendingLeaf pending)
    {
        var durable = pending.Durable;
        _ = _queue.Enqueue(pending);
        return durable;
    }
}
