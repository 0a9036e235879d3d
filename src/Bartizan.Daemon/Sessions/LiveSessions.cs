using System.Collections.Concurrent;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Daemon.Sessions;

/// <summary>The live sessions of this instance, and the fleet's switch.</summary>
public sealed class LiveSessions : ISessions
{
    private readonly ConcurrentDictionary<SessionId, LiveSession> _live = new();
    private volatile bool _fleetRunning = true;
    private long _changes;
    private long _findings;

    /// <inheritdoc/>
    public bool FleetRunning => _fleetRunning;

    /// <summary>All of them.</summary>
    public IReadOnlyList<LiveSession> All => [.. _live.Values];

    /// <inheritdoc/>
    public Session? Find(SessionId id) => _live.TryGetValue(id, out var live) ? live.Session : null;

    /// <summary>Grows with every entry: who looks at the sessions needs not look again while it is the same.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>Findings since the instance started.</summary>
    public long Findings => Volatile.Read(ref _findings);

    /// <summary>Takes note of an entry.</summary>
    public void Note(Entry entry)
    {
        Interlocked.Increment(ref _changes);
        if (entry.Kind == EntryKind.Finding)
        {
            Interlocked.Increment(ref _findings);
        }
    }

    /// <summary>The owner's view of a session.</summary>
    public LiveSession? Get(SessionId id) => _live.GetValueOrDefault(id);

    /// <summary>Adds a session; false when there is one with that id, or when the instance takes none any more.</summary>
    public bool Add(LiveSession live) => _fleetRunning && _live.TryAdd(live.Session.Id, live);

    /// <summary>Forgets a session that is over.</summary>
    public void Remove(SessionId id) => _live.TryRemove(id, out _);

    /// <summary>From here on everything is denied.</summary>
    public void StopFleet() => _fleetRunning = false;
}
