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
    private int _again;

    // An entry is told of before it can be read: half a second later they look once more.
    private const int LooksUntilAgain = 10;

    /// <summary>
    /// What is new; null for nothing. Who may not know how many <paramref name="entries"/> there are is given a number that grows when one
    /// of theirs is new, and hears nothing when others' are.
    /// </summary>
    public LiveChange? Next(
        ListedSessions listed,
        IReadOnlyList<string> asks,
        IReadOnlyList<LogRow> findings,
        long? entries
    )
    {
        var changed = listed
            .Sessions.Values.Where(one => one.Look > _look && maySee(one.Session.Agent))
            .Select(one => one.Session)
            .OrderBy(session => session.Since)
            .ToList();
        var gone = _sessions.Where(id => !listed.Sessions.ContainsKey(id)).ToList();
        var otherAsks = _asks is null || !_asks.SequenceEqual(asks, StringComparer.Ordinal);
        var theirs = changed.Count + gone.Count + findings.Count > 0;
        _again = theirs ? LooksUntilAgain : Math.Max(0, _again - 1);
        var number = entries ?? (theirs || _again == 1 || _entries < 0 ? _entries + 1 : _entries);
        if (!theirs && !otherAsks && number == _entries)
        {
            return null;
        }

        var first = _look < 0;
        _sessions.ExceptWith(gone);
        _sessions.UnionWith(changed.Select(session => session.Session));
        (_look, _asks, _entries) = (listed.Look, asks, number);
        return new LiveChange
        {
            Whole = first,
            Sessions = changed,
            Gone = gone,
            Asks = otherAsks ? asks : null,
            Findings = findings,
            Entries = number,
        };
    }
}
