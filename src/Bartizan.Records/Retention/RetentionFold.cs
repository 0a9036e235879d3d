using System.Text;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Log;
using Bartizan.Records.Entries;
using Bartizan.Records.Erasures;

namespace Bartizan.Records.Retention;

/// <summary>A fold over the whole log: how old each session is, whether it is over, what payloads it has, what holds it.</summary>
internal sealed class RetentionFold
{
    private readonly Dictionary<SessionId, SessionTrack> _sessions = [];
    private readonly Dictionary<string, SessionTrack> _named = new(StringComparer.Ordinal);
    private readonly ErasureIndex _index = new();
    private readonly long _minimum;

    private RetentionFold(long minimum) => _minimum = minimum;

    /// <summary>All sessions that have entries.</summary>
    public IReadOnlyCollection<SessionTrack> Sessions => _sessions.Values;

    /// <summary>The holds that stand.</summary>
    public IReadOnlyList<Hold> Holds => _index.Holds;

    public static async Task<RetentionFold> ReadAsync(LogDirectory log, long size, CancellationToken cancellationToken)
    {
        var fold = new RetentionFold(log.MinimumIndex);
        await foreach (var leaf in log.ReadAsync(0, size, cancellationToken).ConfigureAwait(false))
        {
            fold.Add(leaf);
        }

        foreach (var session in fold._index.Sessions)
        {
            fold._sessions[session.Id].Hold = fold._index.HoldOf(session);
        }

        // A session of which no state is left isn't in that index; its holds are by name, or by a person that nobody knows any more.
        foreach (var track in fold._sessions.Values.Where(track => track.Ended is null))
        {
            track.Hold = fold._index.Holds.FirstOrDefault(hold =>
                hold.Scope.Person is not null || hold.Scope.Session == track.Id
            );
        }

        return fold;
    }

    /// <summary>The session of a leaf.</summary>
    public SessionTrack TrackOf(ReadOnlySpan<byte> session)
    {
        Span<char> text = stackalloc char[session.Length];
        _ = Encoding.ASCII.GetChars(session, text);
        var named = _named.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!named.TryGetValue(text, out var track))
        {
            var name = new string(text);
            track = SessionId.TryParse(name, out var id)
                ? new SessionTrack(id)
                : throw new InvalidDataException($"`{name}` in the log is no session's id");
            _named.Add(name, track);
            _sessions.Add(id, track);
        }

        return track;
    }

    /// <summary>
    /// True unless it is over. INVARIANT: of what lives nothing goes. No state left means that it was over when its first
    /// entries were pruned; in a log of which nothing was pruned it means that nobody knows.
    /// </summary>
    public bool IsLive(SessionTrack track) => !(track.Ended ?? _minimum > 0);

    private void Add(LogLeaf leaf)
    {
        var glance = EntryGlance.Of(leaf);
        if (glance.Kind is EntryKind.State or EntryKind.Instance)
        {
            var row = EntryDecoder.Decode(leaf.Index, leaf.Bytes);
            _index.Add(row);
            if (row.Entry.Session != default)
            {
                AddRow(TrackOf(glance.Session), row.Entry);
            }
        }

        if (glance.Session.IsEmpty)
        {
            return;
        }

        var track = TrackOf(glance.Session);
        track.LastIndex = leaf.Index;
        track.Payloads[(int)glance.Class] += glance.Payloads;
        switch (glance.Kind)
        {
            case EntryKind.Instance:
                return;
            case EntryKind.Intent:
                track.Open.Add(glance.Passage);
                break;
            case EntryKind.Outcome:
                track.Open.Remove(glance.Passage);
                break;
            case EntryKind.State:
                track.Ended = EntryStates.IsEnded(glance.Detail);
                break;
        }

        track.LastTime = glance.Time > track.LastTime ? glance.Time : track.LastTime;
    }

    private static void AddRow(SessionTrack track, Entry entry)
    {
        if (entry is { Kind: EntryKind.Instance, Detail: ErasureIndex.ErasedDetail })
        {
            Array.Fill(track.Gone, true);
        }
        else if (entry.Detail == ExpiredPayloads.Done)
        {
            foreach (var gone in ExpiredPayloads.Read(entry))
            {
                track.Gone[(int)gone] = true;
            }
        }
    }
}
