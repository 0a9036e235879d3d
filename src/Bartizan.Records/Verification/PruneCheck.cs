using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Records.Entries;
using Bartizan.Records.Erasures;
using Bartizan.Records.Retention;

namespace Bartizan.Records.Verification;

/// <summary>
/// Whether the last prune was one that the rules allow, as far as what is left of the log tells: nothing of a session that lived, nothing
/// that was held.
/// </summary>
internal sealed class PruneCheck(long minimum, Action<EntryRow, string> fault)
{
    private readonly ErasureIndex _index = new();
    private readonly Dictionary<SessionId, (string? Person, bool? Ended)> _cut = [];
    private readonly HashSet<SessionId> _seen = [];
    private long? _record;

    /// <summary>Takes the next entry that is left.</summary>
    public void Add(EntryRow row)
    {
        if (minimum == 0)
        {
            return;
        }

        var entry = row.Entry;
        if (entry.Session != default && _seen.Add(entry.Session) && row.Stamp.Previous < minimum)
        {
            _cut.Add(entry.Session, (entry.Person, null));
        }

        if (entry.Session != default && _cut.TryGetValue(entry.Session, out var cut))
        {
            Add(row, cut);
        }

        if (entry.Kind is EntryKind.State or EntryKind.Instance)
        {
            _index.Add(row);
        }

        if (EntryPruneRecords.Of(entry)?.Minimum == minimum)
        {
            Judge(row);
        }
    }

    private void Add(EntryRow row, (string? Person, bool? Ended) cut)
    {
        var entry = row.Entry;
        if (entry.Kind == EntryKind.State)
        {
            cut = (cut.Person ?? entry.Person, EntryStates.IsEnded(entry.Detail));
        }

        _cut[entry.Session] = cut;
        if (_record is { } record && entry.Kind is EntryKind.State or EntryKind.Intent)
        {
            fault(row, $"is of session `{entry.Session}`, which lived when entry {record} pruned its first entries");
            _cut.Remove(entry.Session);
        }
    }

    private void Judge(EntryRow row)
    {
        _record = row.Index;
        foreach (var (session, _) in _cut.Where(one => one.Value.Ended == false))
        {
            fault(row, $"pruned the first entries of session `{session}`, which lived");
        }

        foreach (var hold in _index.Holds)
        {
            var held =
                hold.Scope.Person is { } person
                    ? _cut.Where(one => one.Value.Person == person).Select(one => one.Key).FirstOrDefault()
                : _cut.ContainsKey(hold.Scope.Session) || !_seen.Contains(hold.Scope.Session) ? hold.Scope.Session
                : default;
            if (held != default)
            {
                fault(row, $"pruned entries of session `{held}`, which a legal hold kept (`{hold.Scope}`: {hold.Why})");
            }
        }
    }
}
