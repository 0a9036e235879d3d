using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Log;
using Bartizan.Log.Verification;
using Bartizan.Records.Entries;
using Bartizan.Records.Erasures;
using Bartizan.Records.Journals;
using Bartizan.Records.Payloads;
using Bartizan.Records.Retention;

namespace Bartizan.Records.Verification;

/// <summary>
/// Verifies an instance's record from its files: the tree against its signed checkpoint, each session's chain of entries, each
/// emitter's count, and every payload against its commitment.
/// </summary>
public sealed class RecordVerifier
{
    // The rest isn't named: the record is lost, and the list would be.
    private const int MaxFaults = 100;

    private readonly PayloadReader? _payloads;
    private readonly Dictionary<SessionId, long> _lastOf = [];
    private readonly Dictionary<string, long> _sequences = new(StringComparer.Ordinal);
    private readonly List<RecordFault> _faults = [];
    private readonly HashSet<PayloadPart> _erasures = [];
    private readonly HashSet<PayloadPart> _expiring = [];
    private readonly Dictionary<PayloadPart, EntryRow> _marked = [];
    private readonly HashSet<PayloadPart> _kept = [];
    private long _whole;
    private long _erased;
    private long _locked;

    private readonly PruneCheck _prune;
    private readonly long _minimum;

    private RecordVerifier(PayloadReader? payloads, long minimum)
    {
        _payloads = payloads;
        _minimum = minimum;
        _prune = new PruneCheck(minimum, Add);
    }

    /// <summary>Verifies what lies in the three directories; a live instance's too.</summary>
    public static async Task<RecordVerdict> VerifyAsync(
        JournalOptions options,
        LogVerifierOptions logOptions,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logOptions);
        var copy = logOptions.CheckpointCopy ?? Path.Combine(options.KeyDirectory, "log.checkpoint");
        var log = await LogVerifier
            .VerifyAsync(
                options.LogDirectory,
                logOptions with
                {
                    CheckpointCopy = copy,
                    PruneRecords = EntryPruneRecords.Instance,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        using var payloads = new PayloadReader(options.PayloadDirectory, options.KeyDirectory);
        return await new RecordVerifier(payloads, log.Minimum)
            .JudgeAsync(options.LogDirectory, options, log, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Verifies a log's directory alone, copied away from its keys and payloads: these count as locked.</summary>
    public static async Task<RecordVerdict> VerifyLogAsync(
        string logDirectory,
        LogVerifierOptions logOptions,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(logOptions);
        var log = await LogVerifier
            .VerifyAsync(logDirectory, logOptions with { PruneRecords = EntryPruneRecords.Instance }, cancellationToken)
            .ConfigureAwait(false);
        return await new RecordVerifier(payloads: null, log.Minimum)
            .JudgeAsync(logDirectory, places: null, log, cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<RecordVerdict> JudgeAsync(
        string logDirectory,
        JournalOptions? places,
        LogVerdict log,
        CancellationToken cancellationToken
    )
    {
        if (!log.Holds)
        {
            // Nothing that it says needs checking; whose entries are damaged, what is left can still tell.
            return new RecordVerdict(log, 0, 0, 0, 0, [])
            {
                Touched = SessionNaming.Name(logDirectory, places, log, cancellationToken),
            };
        }

        await ReadAsync(logDirectory, log.Entries, cancellationToken).ConfigureAwait(false);
        return new RecordVerdict(log, _lastOf.Count, _whole, _erased, _locked, [.. _faults.Take(MaxFaults)]);
    }

    private async Task ReadAsync(string directory, long size, CancellationToken cancellationToken)
    {
        await foreach (
            var leaf in new LogDirectory(directory).ReadAsync(0, size, cancellationToken).ConfigureAwait(false)
        )
        {
            try
            {
                Check(EntryDecoder.Decode(leaf.Index, leaf.Bytes));
            }
            catch (InvalidDataException e)
            {
                _faults.Add(new RecordFault(leaf.Index, default, e.Message));
            }
        }

        CheckErasures();
    }

    // Who destroys a key without saying so, or says so without doing it, has changed the record.
    private void CheckErasures()
    {
        foreach (var (part, row) in _marked.Where(one => !_erasures.Contains(one.Key) && !_expiring.Contains(one.Key)))
        {
            Add(
                row,
                $"has payloads that are marked as erased, and no entry says that session `{part.Session}` was erased"
            );
        }

        foreach (var part in _erasures.Where(_kept.Contains))
        {
            _faults.Add(
                new RecordFault(
                    _lastOf[part.Session],
                    part.Session,
                    $"session `{part.Session}` was erased, and its payloads can still be read: its key came back"
                )
            );
        }
    }

    private void Check(EntryRow row)
    {
        var session = row.Entry.Session;
        long? before = session != default && _lastOf.TryGetValue(session, out var last) ? last : null;
        var isPruned = before is null && row.Stamp.Previous < _minimum;
        if (row.Stamp.Previous != before && !isPruned)
        {
            Add(row, $"links to {Name(row.Stamp.Previous)} as its session's entry before, which is {Name(before)}");
        }

        if (session != default)
        {
            _lastOf[session] = row.Index;
        }

        // What an emitter wrote before the minimum index was pruned.
        var first = _minimum > 0 ? row.Stamp.Sequence : 0;
        var expected = _sequences.TryGetValue(row.Stamp.Emitter, out var sequence) ? sequence + 1 : first;
        if (row.Stamp.Sequence != expected)
        {
            Add(
                row,
                $"has number {row.Stamp.Sequence} of its instance where {expected} is due: entries were lost before the log"
            );
        }

        _sequences[row.Stamp.Emitter] = row.Stamp.Sequence;
        if (row.Entry is { Kind: EntryKind.Instance, Detail: ErasureIndex.ErasedDetail })
        {
            _erasures.UnionWith(PayloadPart.Of(session));
        }

        var expired = ExpiredPayloads.Read(row.Entry).Select(one => new PayloadPart(session, one));
        (row.Entry.Detail == ExpiredPayloads.Done ? _erasures : _expiring).UnionWith(expired);
        _prune.Add(row);

        foreach (var payload in row.Payloads)
        {
            Check(row, payload);
        }
    }

    private void Check(EntryRow row, PayloadReference payload)
    {
        switch (_payloads?.Open(row.Entry.Session, payload).State ?? PayloadState.Locked)
        {
            case PayloadState.Whole:
                _whole++;
                _kept.Add(new PayloadPart(row.Entry.Session, payload.Class));
                break;
            case PayloadState.Erased:
                _erased++;
                _marked.TryAdd(new PayloadPart(row.Entry.Session, payload.Class), row);
                break;
            case PayloadState.Locked:
                _locked++;
                break;
            case PayloadState.Changed:
                Add(row, $"has a payload `{payload.Role}` that was changed: it isn't what the entry committed to");
                break;
            default:
                Add(row, $"has a payload `{payload.Role}` that is missing");
                break;
        }
    }

    private void Add(EntryRow row, string what) =>
        _faults.Add(new RecordFault(row.Index, row.Entry.Session, $"entry {row.Index} {what}"));

    private static string Name(long? index) => index is { } at ? $"entry {at}" : "none";
}
