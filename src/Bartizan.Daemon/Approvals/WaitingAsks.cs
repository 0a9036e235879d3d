using System.Collections.Immutable;
using Bartizan.Control;

namespace Bartizan.Daemon.Approvals;

/// <summary>The asks that wait. Who only wants to know which there are is given a list that is made when one comes or goes.</summary>
internal sealed class WaitingAsks(int most, int mostOfSession)
{
    private readonly Lock _lock = new();
    private ImmutableArray<WaitingAsk> _all = [];
    private IReadOnlyList<AskNote> _notes = [];

    /// <summary>Those that wait, the oldest first.</summary>
    public ImmutableArray<WaitingAsk> All
    {
        get
        {
            lock (_lock)
            {
                return _all.RemoveAll(ask => ask.IsOver);
            }
        }
    }

    /// <summary>The same as notes: the same list until one comes or goes.</summary>
    public IReadOnlyList<AskNote> Notes
    {
        get
        {
            lock (_lock)
            {
                if (_all.Any(ask => ask.IsOver))
                {
                    Keep(_all.RemoveAll(ask => ask.IsOver));
                }

                return _notes;
            }
        }
    }

    /// <summary>One that waits, or has just ended; null when there is none.</summary>
    public WaitingAsk? Find(string id)
    {
        lock (_lock)
        {
            return _all.FirstOrDefault(ask => string.Equals(ask.Request.Id, id, StringComparison.Ordinal));
        }
    }

    /// <summary>Adds one; false when too many wait.</summary>
    public bool TryAdd(WaitingAsk ask)
    {
        lock (_lock)
        {
            var session = ask.Request.Session.Id;
            if (
                _all.Length >= most
                || _all.Count(other => other.Request.Session.Id == session) >= mostOfSession
                || _all.Any(other => other.Request.Id == ask.Request.Id)
            )
            {
                return false;
            }

            // Whoever asked at an earlier moment may come here later.
            var at = _all.Length;
            while (at > 0 && _all[at - 1].Since > ask.Since)
            {
                at--;
            }

            Keep(_all.Insert(at, ask));
            return true;
        }
    }

    /// <summary>Forgets one.</summary>
    public void Remove(WaitingAsk ask)
    {
        lock (_lock)
        {
            Keep(_all.Remove(ask));
        }
    }

    private void Keep(ImmutableArray<WaitingAsk> all)
    {
        _all = all;
        _notes = [.. all.Select(ask => new AskNote(ask.Request.Id, ask.Request.Session.Agent))];
    }
}
