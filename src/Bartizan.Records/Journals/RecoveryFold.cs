using System.Globalization;
using System.Text;
using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Log;
using Bartizan.Records.Entries;
using Bartizan.Records.Retention;

namespace Bartizan.Records.Journals;

/// <summary>Folds leaves into what recovery needs. Reads of each leaf only a glance; decodes only what is left open.</summary>
internal sealed class RecoveryFold(DateOnly today)
{
    /// <summary>Bytes of an agent's name and a target that are read where they stand.</summary>
    private const int MaxGlanced = 2048;

    private static readonly byte[] s_egress = Encoding.ASCII.GetBytes(AgentAction.EgressPoint);

    // As text days sort as days do.
    private readonly byte[] _today = Encoding.ASCII.GetBytes(today.ToString("O", CultureInfo.InvariantCulture));
    private readonly SpendFold _spends = new();
    private readonly Dictionary<SessionId, Track> _sessions = [];
    private readonly Dictionary<string, SessionId> _ids = new(StringComparer.Ordinal);
    private readonly OpenedHosts _hosts = new();
    private RecordedVault _vault = RecordedVault.Nothing;
    private long _lastSequence = -1;
    private long? _lastPrune;

    public void Add(LogLeaf leaf)
    {
        var glance = EntryGlance.Of(leaf);
        _lastSequence = glance.Sequence;
        if (glance.Kind == EntryKind.Vault)
        {
            var decoded = EntryDecoder.Decode(leaf.Index, leaf.Bytes);
            _vault = _vault.With(decoded.Entry, decoded.Stamp.Time);
        }

        if (glance.Session.IsEmpty)
        {
            _lastPrune = EntryPruneRecords.IsRecord(glance) ? leaf.Index : _lastPrune;
            return;
        }

        var track = TrackOf(glance.Session);
        track.LastIndex = leaf.Index;
        switch (glance.Kind)
        {
            case EntryKind.Intent:
                track.Open[glance.Passage] = leaf.Index;
                Remember(glance, leaf);

                // An earlier day's budget binds nobody any more.
                if (!glance.SpendDay.IsEmpty && glance.SpendDay.SequenceCompareTo(_today) >= 0)
                {
                    track.Spending.Add(glance.Passage);
                    _spends.Add(EntryDecoder.Decode(leaf.Index, leaf.Bytes).Entry);
                }

                break;
            case EntryKind.Outcome:
                track.Open.Remove(glance.Passage);
                if (track.Spending.Remove(glance.Passage))
                {
                    _spends.Add(EntryDecoder.Decode(leaf.Index, leaf.Bytes).Entry);
                }

                break;
            case EntryKind.State:
                track.LastState = EntryStates.IsEnded(glance.Detail) ? null : leaf.Index;
                break;
        }
    }

    // Only indexes are kept while folding: a kept leaf would keep the memory it was read into.
    public async Task<JournalRecovery> ResultAsync(LogDirectory log, CancellationToken cancellationToken)
    {
        var live = new List<LiveSession>();
        var open = new List<OpenIntent>();
        foreach (var (id, track) in _sessions)
        {
            foreach (var index in track.Open.Values)
            {
                var entry = await ReadAsync(log, index, cancellationToken).ConfigureAwait(false);
                open.Add(new OpenIntent(index, id, entry.Passage, entry.Agent, entry.Point, entry.Verb, entry.Target));
            }

            if (track.LastState is { } last)
            {
                var state = await ReadAsync(log, last, cancellationToken).ConfigureAwait(false);
                live.Add(new LiveSession(id, state.Agent, state.Person, state.Detail, track.LastIndex));
            }
        }

        return new JournalRecovery(
            [.. live.OrderBy(session => session.LastIndex)],
            [.. open.OrderBy(intent => intent.Index)]
        )
        {
            LastOf = _sessions.ToDictionary(pair => pair.Key, pair => pair.Value.LastIndex),
            LastSequence = _lastSequence,
            LastPrune = _lastPrune,
            Spends = _spends.Result,
            Vault = _vault,
            Hosts = _hosts,
        };
    }

    // What is escaped is read whole; a host's name never is.
    private void Remember(EntryGlance glance, LogLeaf leaf)
    {
        if (!glance.Point.SequenceEqual(s_egress))
        {
            return;
        }

        if (glance.Agent.Length + glance.Target.Length > MaxGlanced || glance.Agent.Contains((byte)'\\'))
        {
            var entry = EntryDecoder.Decode(leaf.Index, leaf.Bytes).Entry;
            _hosts.Add(OpenedHosts.NameOf(entry.Agent), OpenedHosts.HostOf(entry.Verb, entry.Target));
            return;
        }

        Span<char> text = stackalloc char[glance.Agent.Length + glance.Target.Length];
        var agent = Encoding.ASCII.GetChars(glance.Agent, text);
        var target = text[agent..];
        _ = Encoding.ASCII.GetChars(glance.Target, target);
        var verb =
            glance.Verb.SequenceEqual("http"u8) ? Verb.Http
            : glance.Verb.SequenceEqual("connect"u8) ? Verb.Connect
            : glance.Verb.SequenceEqual("tool"u8) ? Verb.Tool
            : Verb.Unknown;
        _hosts.Add(OpenedHosts.NameOf(text[..agent]), OpenedHosts.HostOf(verb, target));
    }

    private static async Task<Entry> ReadAsync(LogDirectory log, long index, CancellationToken cancellationToken)
    {
        await foreach (var leaf in log.ReadAsync(index, 1, cancellationToken).ConfigureAwait(false))
        {
            return EntryDecoder.Decode(leaf.Index, leaf.Bytes).Entry;
        }

        throw new LogInconsistentException($"entry {index} was there a moment ago and can't be read again");
    }

    private Track TrackOf(ReadOnlySpan<byte> session)
    {
        Span<char> text = stackalloc char[session.Length];
        _ = Encoding.ASCII.GetChars(session, text);
        var ids = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!ids.TryGetValue(text, out var id))
        {
            var name = new string(text);
            id = SessionId.TryParse(name, out var parsed)
                ? parsed
                : throw new InvalidDataException($"`{name}` in the log is no session's id");
            _ids.Add(name, id);
            _sessions.Add(id, new Track());
        }

        return _sessions[id];
    }

    private sealed class Track
    {
        public Dictionary<long, long> Open { get; } = [];

        public HashSet<long> Spending { get; } = [];

        public long? LastState { get; set; }

        public long LastIndex { get; set; }
    }
}
