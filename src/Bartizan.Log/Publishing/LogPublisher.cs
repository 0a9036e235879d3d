using Bartizan.Log.Checkpoints;
using Bartizan.Log.Commits;
using Bartizan.Log.Native;
using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Publishing;

/// <summary>
/// What happens to entries once they are durable, behind the commit and never in its way:
/// <code>
/// durable ── read back, hash, lay out tiles ──▶ integrated
///         ── publish tiles, sign, publish the checkpoint in two places ──▶ published
///         ── cosignatures of enough witnesses come in ──▶ witnessed
/// </code>
/// INVARIANT: nothing is signed that doesn't continue the last checkpoint, or that the files don't hold.
/// </summary>
internal sealed class LogPublisher : IAsyncDisposable
{
    private readonly LogOptions _options;
    private readonly TimeProvider _clock;
    private readonly string _directory;
    private readonly NoteSigner _signer;
    private readonly CheckpointStore _store;
    private readonly CommitLoop _loop;
    private readonly Integrator _integrator;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _running;
    private SignedCheckpoint? _unchecked;
    private SignedCheckpoint _last;
    private Exception? _problem;
    private LogInconsistentException? _refusal;
    private long _publishedAt;
    private bool _mayGiveUp = true;

    public LogPublisher(LogOpening opening, CommitLoop loop, LogOptions options, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
        _directory = opening.Directory;
        _signer = opening.Signer;
        _store = opening.Checkpoints;
        _loop = loop;
        _last = opening.Last;
        _unchecked = opening.Witnessed;
        _integrator = new Integrator(opening.Directory, options.Disk, opening.Last.Checkpoint);
        _publishedAt = clock.GetTimestamp();
        if (_integrator.HasTiles)
        {
            Rungs.Raise(new LogStanding(LogRung.Published, _last.Checkpoint.Size, _last));
        }

        if (opening.Witnessed is { } witnessed && options.Cosignatures?.IsMet(witnessed) == true)
        {
            Rungs.Raise(new LogStanding(LogRung.Witnessed, witnessed.Checkpoint.Size, witnessed));
        }

        _running = RunAsync();
    }

    /// <summary>How far each rung has come.</summary>
    public RungBoard Rungs { get; } = new();

    /// <summary>The last checkpoint that was published.</summary>
    public SignedCheckpoint Last => Volatile.Read(ref _last);

    /// <summary>Why the last checkpoint could not be published; null when it was.</summary>
    public Exception? Problem => Volatile.Read(ref _problem);

    /// <summary>Publishes a checkpoint of everything that is durable now.</summary>
    public async Task<Checkpoint> PublishAsync(CancellationToken cancellationToken)
    {
        await InTurnAsync(
                () =>
                {
                    Advance(publish: true, cancellationToken);
                    GiveUpSegment(cancellationToken);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return Last.Checkpoint;
    }

    /// <summary>Takes cosignatures to a checkpoint that this log signed.</summary>
    /// <exception cref="LogInconsistentException">When the log did not sign it, or is another one now.</exception>
    public async Task<bool> AcceptAsync(string note, CancellationToken cancellationToken)
    {
        var checkpoint =
            Checkpoint.Open(note, _signer.Verifier, out var problem)
            ?? throw new LogInconsistentException($"the cosigned checkpoint {problem}");
        var signed = new SignedCheckpoint(checkpoint, note);
        if (_options.Cosignatures?.IsMet(signed) != true)
        {
            return false;
        }

        await InTurnAsync(() => Accept(signed), cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Publishes a last checkpoint. The commit loop has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        try
        {
            await InTurnAsync(() => Advance(publish: true, default), default).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Every acknowledged entry is durable; only its signature is missing. Opening signs again.
        }

        Rungs.Close(new ObjectDisposedException(nameof(TransparencyLog)));
        _closing.Dispose();
        _turn.Dispose();
    }

    private async Task RunAsync()
    {
        var every =
            _options.IntegrateEvery < _options.CheckpointEvery ? _options.IntegrateEvery : _options.CheckpointEvery;
        using var timer = new PeriodicTimer(every, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_closing.Token).ConfigureAwait(false))
            {
                // Due within half a tick is due now: two clocks of one period would else miss each other every other time.
                var publish = _clock.GetElapsedTime(_publishedAt) + (every / 2) >= _options.CheckpointEvery;
                var rung = publish ? LogRung.Published : LogRung.Integrated;
                if (_loop.Size == Rungs.Standing(rung).Size && !(publish && _mayGiveUp))
                {
                    continue;
                }

                try
                {
                    await (
                        publish
                            ? PublishAsync(_closing.Token)
                            : InTurnAsync(() => Advance(publish: false, _closing.Token), _closing.Token)
                    ).ConfigureAwait(false);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // Kept in Problem; the next tick tries again.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Closing publishes the last one itself.
        }
    }

    // On a thread of its own, which nobody's action waits for: it reads, hashes, packs and syncs behind everything else.
    private async Task InTurnAsync(Action step, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await Task
                .Factory.StartNew(
                    () =>
                    {
                        LibC.StandBack();
                        step();
                    },
                    CancellationToken.None,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default
                )
                .ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Advance(bool publish, CancellationToken cancellationToken)
    {
        if (_refusal is not null)
        {
            throw _refusal;
        }

        try
        {
            var now = _loop.Commitment(_signer.Verifier.Name);
            CatchUp(cancellationToken);
            for (var done = false; !done; )
            {
                done = _integrator.Advance(now, cancellationToken);
                _integrator.PublishFull();
                Rungs.Raise(new LogStanding(LogRung.Integrated, _integrator.Size, null));
                if (publish && (done || _clock.GetElapsedTime(_publishedAt) >= _options.CheckpointEvery))
                {
                    Publish();
                }
            }

            Volatile.Write(ref _problem, null);
        }
        catch (OperationCanceledException)
        {
            _integrator.Restart();
            throw;
        }
        catch (Exception e)
        {
            _refusal = e as LogInconsistentException;
            _integrator.Restart();
            Volatile.Write(ref _problem, e);
            throw;
        }
    }

    // After a power failure a checkpoint is published once its tiles are there again: a witness that is asked before would be
    // given a wrong proof, and call the log forked. What was witnessed before the log was opened must still be its history, or nothing
    // is signed on top of it.
    private void CatchUp(CancellationToken cancellationToken)
    {
        _integrator.CatchUp(cancellationToken);
        Rungs.Raise(new LogStanding(LogRung.Published, _last.Checkpoint.Size, _last));
        if (_unchecked is { } witnessed)
        {
            RequireOwn(witnessed.Checkpoint);
            _unchecked = null;
        }
    }

    private void RequireOwn(Checkpoint cosigned)
    {
        var size = cosigned.Size;
        if (
            size > Last.Checkpoint.Size
            || Convert.ToHexStringLower(SubtreeHash.Root(new TileTree(_directory, size), size)) != cosigned.Root
        )
        {
            throw new LogInconsistentException(
                $"a cosigned checkpoint of {size} entries is not one of the log in `{_directory}`: two logs were written with one key"
            );
        }
    }

    // One at a time, when there is nothing else to do: nobody waits for it.
    private void GiveUpSegment(CancellationToken cancellationToken)
    {
        try
        {
            _mayGiveUp = _integrator.GiveUpSegment(_clock.GetUtcNow() - _options.GiveUpAfter, cancellationToken);
        }
        catch (LogInconsistentException e)
        {
            _refusal = e;
            Volatile.Write(ref _problem, e);
            throw;
        }
        catch (IOException e)
        {
            _integrator.Distrust();
            Volatile.Write(ref _problem, e);
            throw;
        }
    }

    private void Publish()
    {
        _publishedAt = _clock.GetTimestamp();
        var checkpoint = _integrator.Commitment();
        if (checkpoint.Size <= _last.Checkpoint.Size)
        {
            return;
        }

        // Tiles first: who sees a checkpoint can prove everything that it covers.
        _integrator.Publish(checkpoint);
        var signed = new SignedCheckpoint(checkpoint, checkpoint.Sign(_signer));
        _store.Save(signed.Note);
        Volatile.Write(ref _last, signed);
        _mayGiveUp = true;
        Rungs.Raise(new LogStanding(LogRung.Published, checkpoint.Size, signed));
    }

    private void Accept(SignedCheckpoint signed)
    {
        var size = signed.Checkpoint.Size;
        RequireOwn(signed.Checkpoint);
        if (size > Rungs.Standing(LogRung.Witnessed).Size)
        {
            _store.SaveWitnessed(signed.Note);
            Rungs.Raise(new LogStanding(LogRung.Witnessed, size, signed));
        }
    }
}
