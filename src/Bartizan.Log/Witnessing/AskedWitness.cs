using System.Globalization;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Witnessing;

/// <summary>One witness, as its log remembers it: what it has seen, whether it is being asked, when it may be asked again.</summary>
internal sealed class AskedWitness(
    PolicyWitness witness,
    WitnessClient client,
    string directory,
    TimeProvider clock,
    WitnessRoundOptions options
)
{
    private long _known;
    private int _failures;
    private long _failedAt;
    private int _asked;

    public WitnessStanding Standing { get; private set; } =
        new(witness.Name, witness.Key.Name, 0, "was not asked yet", false);

    /// <summary>False while it is being asked, and while it is left alone after a failure.</summary>
    public bool IsFree =>
        Volatile.Read(ref _asked) == 0 && (_failures == 0 || clock.GetElapsedTime(_failedAt) >= BackOff);

    private TimeSpan BackOff =>
        TimeSpan.FromTicks(Math.Min(options.MaxBackOff.Ticks, options.RetryAfter.Ticks << Math.Min(_failures - 1, 16)));

    /// <summary>Asks for a cosignature of a checkpoint; null when there is none to be had.</summary>
    public async Task<Cosignature?> AskAsync(SignedCheckpoint signed, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _asked, 1) != 0)
        {
            return null;
        }

        try
        {
            var size = signed.Checkpoint.Size;
            var from = Math.Min(_known, size);
            var reply = await SendAsync(signed, from, cancellationToken).ConfigureAwait(false);
            if (reply.Kind == WitnessReplyKind.Conflict && reply.Size <= size && reply.Size != from)
            {
                // It tells what it has seen; from there the log can prove, if it is the same log.
                from = reply.Size;
                reply = await SendAsync(signed, from, cancellationToken).ConfigureAwait(false);
            }

            Note(reply, from, size);
            return reply.Cosignature;
        }
        finally
        {
            Volatile.Write(ref _asked, 0);
        }
    }

    private async Task<WitnessReply> SendAsync(SignedCheckpoint signed, long from, CancellationToken cancellationToken)
    {
        byte[] proof;
        try
        {
            proof = ConsistencyProof.Make(
                new TileTree(directory, signed.Checkpoint.Size),
                from,
                signed.Checkpoint.Size
            );
        }
        catch (LogInconsistentException e)
        {
            return WitnessReply.Absent($"could not be asked: {e.Message}");
        }

        return await client
            .AskAsync(new AddCheckpoint(from, proof, signed.Note), cancellationToken)
            .ConfigureAwait(false);
    }

    private void Note(WitnessReply reply, long from, long size)
    {
        if (reply.Kind == WitnessReplyKind.Cosigned)
        {
            (_known, _failures) = (size, 0);
            Standing = Standing with { Size = size, Problem = null, Contradicts = false };
            return;
        }

        _failures++;
        _failedAt = clock.GetTimestamp();
        var contradiction = reply switch
        {
            { Kind: WitnessReplyKind.Contradicted } => reply.Problem,
            { Kind: WitnessReplyKind.Conflict } when reply.Size > size => string.Create(
                CultureInfo.InvariantCulture,
                $"has cosigned {reply.Size} entries where the log has {size}: the log was rolled back"
            ),
            { Kind: WitnessReplyKind.Conflict } when reply.Size == size && from == size =>
                "has cosigned another tree of this size: the log was forked",
            _ => null,
        };
        if (reply.Kind == WitnessReplyKind.Conflict && reply.Size <= size)
        {
            _known = reply.Size;
        }

        // Silence takes nothing back: only a cosignature ends a contradiction.
        Standing =
            contradiction is null && Standing.Contradicts
                ? Standing
                : Standing with
                {
                    Problem = contradiction ?? reply.Problem,
                    Contradicts = contradiction is not null,
                };
    }
}
