using System.Runtime.CompilerServices;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Log;
using Bartizan.Records.Entries;
using Bartizan.Records.Payloads;
using Bartizan.Records.Retention;

namespace Bartizan.Records.Journals;

/// <summary>
/// The log as the monitor sees it: entries in, durable leaves out, their payloads encrypted beside them and durable no later.
/// One journal owns the three directories until it is disposed.
/// </summary>
public sealed class Journal : IJournal, IAsyncDisposable
{
    private readonly PayloadStore _payloads;
    private readonly TimeProvider _clock;
    private readonly Dictionary<SessionId, long> _lastOf;
    private readonly PayloadReference[] _references = new PayloadReference[EntryCodec.MaxPayloads];
    private readonly bool _isWitnessed;
    private long _sequence;

    private Journal(
        TransparencyLog log,
        PayloadStore payloads,
        JournalRecovery recovery,
        JournalOptions options,
        TimeProvider clock
    )
    {
        _isWitnessed = options.Log.Cosignatures is not null;
        Log = log;
        _payloads = payloads;
        _clock = clock;
        Recovery = recovery;
        _lastOf = recovery.LastOf;
        _sequence = recovery.LastSequence;
    }

    /// <summary>The transparency log underneath.</summary>
    public TransparencyLog Log { get; }

    /// <summary>How the instance ended last time. Whoever opens the journal records what it says.</summary>
    public JournalRecovery Recovery { get; }

    /// <summary>The payloads beside the log.</summary>
    public PayloadStore Payloads => _payloads;

    /// <summary>Opens an instance's record, or makes one.</summary>
    /// <exception cref="LogInconsistentException">When the log isn't what was written and signed.</exception>
    /// <exception cref="IOException">When another process owns it, or the disk fails.</exception>
    public static async Task<Journal> OpenAsync(
        JournalOptions options,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        var payloads = new PayloadStore(options.PayloadDirectory, options.KeyDirectory);
        TransparencyLog? log = null;
        try
        {
            var logOptions = options.Log with
            {
                KeyDirectory = options.KeyDirectory,
                Companion = payloads,
                PruneRecords = EntryPruneRecords.Instance,
            };
            log = await TransparencyLog
                .OpenAsync(options.LogDirectory, logOptions, clock, cancellationToken)
                .ConfigureAwait(false);
            var recovery = await JournalRecovery
                .ReadAsync(
                    new LogDirectory(options.LogDirectory),
                    log.Size,
                    DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime),
                    cancellationToken
                )
                .ConfigureAwait(false);
            return new Journal(log, payloads, recovery, options, clock);
        }
        catch
        {
            if (log is not null)
            {
                await log.DisposeAsync().ConfigureAwait(false);
            }

            payloads.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] // on every action's way: no garbage
    public async ValueTask<long> AppendAsync(Entry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var position = await Log.AppendAsync(Prepare(entry), cancellationToken).ConfigureAwait(false);
        return position.Index;
    }

    /// <inheritdoc/>
    public ValueTask PostAsync(Entry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Log.PostAsync(Prepare(entry), cancellationToken);
    }

    /// <inheritdoc/>
    public Task WaitWitnessedAsync(long index, CancellationToken cancellationToken) =>
        _isWitnessed
            ? Log.WaitAsync(new LogPosition(index), LogRung.Witnessed, cancellationToken)
            : Task.FromException(new IOException("this log has no witnesses"));

    /// <summary>Writes what is in line, signs a last checkpoint, and lets go of the files.</summary>
    public async ValueTask DisposeAsync()
    {
        await Log.DisposeAsync().ConfigureAwait(false);
        _payloads.Dispose();
    }

    // By the log's writer, one entry after the other in the order of their indexes: no lock is needed here.
    internal int Write(long index, Entry entry, SealedPayload[] payloads, Span<byte> leaf)
    {
        var session = entry.Session;
        for (var i = 0; i < payloads.Length; i++)
        {
            _references[i] = _payloads.Add(session, payloads[i]);
        }

        long? previous = session != default && _lastOf.TryGetValue(session, out var last) ? last : null;
        var stamp = new EntryStamp(_clock.GetUtcNow(), _sequence + 1, Log.Origin, previous);
        var length = EntryCodec.Encode(entry, stamp, _references.AsSpan(0, payloads.Length), leaf);
        _sequence++;
        if (session != default)
        {
            _lastOf[session] = index;
            if (entry.Kind == EntryKind.State && EntryStates.IsEnded(entry.Detail))
            {
                _payloads.Release(session);
            }
        }

        return length;
    }

    private JournalLeaf Prepare(Entry entry)
    {
        if (entry.Payloads.IsDefaultOrEmpty)
        {
            return new JournalLeaf(this, entry, []);
        }

        if (entry.Payloads.Length > EntryCodec.MaxPayloads)
        {
            throw new ArgumentException($"an entry takes at most {EntryCodec.MaxPayloads} payloads", nameof(entry));
        }

        var of = PayloadPart.ClassOf(entry);
        var payloads = new SealedPayload[entry.Payloads.Length];
        for (var i = 0; i < payloads.Length; i++)
        {
            payloads[i] = _payloads.Seal(entry.Session, of, entry.Payloads[i]);
        }

        return new JournalLeaf(this, entry, payloads);
    }
}
