using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Log;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Erasures;

/// <summary>
/// What the log says of sessions, their people and holds: a fold over its entries, made when it is needed. There is no other list of
/// holds that somebody could edit.
/// </summary>
public sealed class ErasureIndex
{
    /// <summary>Details of the entries that this fold reads and <see cref="Eraser"/> writes.</summary>
    public const string ErasedDetail = "erased";

    internal const string HeldDetail = "hold added";
    internal const string ReleasedDetail = "hold removed";

    /// <summary>A hold that is older than what is about to be pruned, said again behind it.</summary>
    internal const string CarriedDetail = "hold carried";

    private readonly Dictionary<SessionId, RecordedSession> _sessions = [];
    private readonly List<Hold> _holds = [];

    /// <summary>The holds that stand, oldest first.</summary>
    public IReadOnlyList<Hold> Holds => _holds;

    /// <summary>All sessions.</summary>
    public IReadOnlyCollection<RecordedSession> Sessions => _sessions.Values;

    /// <summary>Wall time of the newest entry.</summary>
    public DateTimeOffset Newest { get; private set; }

    /// <summary>Reads a whole log.</summary>
    public static async Task<ErasureIndex> ReadAsync(string logDirectory, CancellationToken cancellationToken)
    {
        var index = new ErasureIndex();
        await foreach (
            var leaf in new LogDirectory(logDirectory)
                .ReadAsync(0, long.MaxValue, cancellationToken)
                .ConfigureAwait(false)
        )
        {
            if (EntryGlance.Of(leaf).Kind is EntryKind.State or EntryKind.Instance)
            {
                index.Add(EntryDecoder.Decode(leaf.Index, leaf.Bytes));
            }
        }

        return index;
    }

    /// <summary>The sessions in a scope.</summary>
    public IEnumerable<RecordedSession> In(RecordScope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return scope.Person is { } person
            ? _sessions.Values.Where(session => session.Person == person)
            : _sessions.Values.Where(session => session.Id == scope.Session);
    }

    /// <summary>The hold that keeps a session; null when none does.</summary>
    public Hold? HoldOf(RecordedSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        // Whose first entries were pruned may be anybody's: every person's hold keeps it.
        return _holds.Find(hold =>
            hold.Scope.Person is { } person
                ? session.Person is null || session.Person == person
                : hold.Scope.Session == session.Id
        );
    }

    internal void Add(EntryRow row)
    {
        Newest = row.Stamp.Time > Newest ? row.Stamp.Time : Newest;
        var entry = row.Entry;
        if (entry.Kind == EntryKind.State && entry.Session != default)
        {
            var known = _sessions.GetValueOrDefault(entry.Session) ?? new RecordedSession(entry.Session);
            _sessions[entry.Session] = known with
            {
                Person = known.Person ?? entry.Person,
                Ended = EntryStates.IsEnded(entry.Detail) ? row.Stamp.Time : null,
            };
            return;
        }

        if (entry.Detail == ErasedDetail && _sessions.TryGetValue(entry.Session, out var erased))
        {
            _sessions[entry.Session] = erased with { Erased = true };
        }
        else if (RecordScope.Read(entry.Target) is { } scope)
        {
            _ = entry.Detail switch
            {
                HeldDetail or CarriedDetail => Hold(row, scope),
                ReleasedDetail => _holds.RemoveAll(hold => hold.Scope == scope) > 0,
                _ => false,
            };
        }
    }

    private bool Hold(EntryRow row, RecordScope scope)
    {
        _holds.RemoveAll(hold => hold.Scope == scope);
        _holds.Add(new Hold(row.Index, scope, row.Entry.Person ?? "", row.Entry.Reason ?? "", row.Stamp.Time));
        return true;
    }
}
