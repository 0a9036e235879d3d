using Bartizan.Client.Events;
using Bartizan.Client.Records;

namespace Bartizan.Daemon.Reading;

/// <summary>What one listener was told, and what is new to them.</summary>
internal sealed class ToldChanges(Func<string?, bool> maySee)
{
    private readonly HashSet<string> _sessions = new(StringComparer.Ordinal);
    private IReadOnlyList<string>? _asks;
    private long _look = -1;
    private long _entries = -1;

    /// <summary>What is new; null for nothing.</summary>
    public LiveChange? Next(
        ListedSessions listed,
        IReadOnlyList<string> asks,
        IReadOnlyList<LogRow> findings,
        long entries
    )
    {
        var changed = listed
            .Sessions.Values.Where(one => one.Look > _look && maySee(one.Session.Agent))
            .Select(one => one.Session)
            .OrderBy(session => session.Since)
            .ToList();
        var gone = _sessions.Where(id => !listed.Sessions.ContainsKey(id)).ToList();
        var otherAsks = _asks is null || !_asks.SequenceEqual(asks, StringComparer.Ordinal);
        if (changed.Count + gone.Count + findings.Count == 0 && !otherAsks && entries == _entries)
        {
            return null;
        }

        var first = _look < 0;
        _sessions.ExceptWith(gone);
        _sessions.UnionWith(changed.Select(session => session.Session));
        (_look, _asks, _entries) = (listed.Look, asks, entries);
        return new LiveChange
        {
            Whole = first,
            Sessions = changed,
            Gone = gone,
            Asks = otherAsks ? asks : null,
            Findings = findings,
            Entries = entries,
        };
    }
}
