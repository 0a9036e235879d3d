using System.Collections.Immutable;
using System.Text;
using Bartizan.Core.Sessions;
using Bartizan.Log;
using Bartizan.Log.Verification;
using Bartizan.Records.Entries;
using Bartizan.Records.Journals;

namespace Bartizan.Records.Verification;

/// <summary>
/// Names the sessions that the damage of a log touches. An entry that is gone or changed can't say whose it was; the session's next entry
/// that can still be read links to it, and a session that left no entry at all may have left payloads.
/// </summary>
internal sealed class SessionNaming
{
    /// <summary>Sessions that are named; a log with more is lost as a whole.</summary>
    public const int MaxNamed = 100;

    private readonly HashSet<long> _faulty;
    private readonly Dictionary<string, long> _lastOf = new(StringComparer.Ordinal);
    private readonly List<TouchedSession> _touched = [];

    // What was pruned is gone rightly: a link to it says nothing.
    private readonly long _minimum;

    private SessionNaming(LogVerdict log)
    {
        _minimum = log.Minimum;
        _faulty = [.. log.Faults.Select(fault => fault.Index).OfType<long>()];
    }

    /// <summary>Reads what can still be read.</summary>
    public static ImmutableArray<TouchedSession> Name(
        string logDirectory,
        JournalOptions? places,
        LogVerdict log,
        CancellationToken cancellationToken
    )
    {
        var naming = new SessionNaming(log);
        using var leaves = new LeafLookup(logDirectory);
        for (var index = log.Minimum; index < log.Entries && !naming.IsFull; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            naming.Look(leaves, index);
        }

        if (places is not null && !naming.IsFull)
        {
            naming.LookBeside(places.PayloadDirectory);
        }

        return [.. naming._touched];
    }

    private bool IsFull => _touched.Count >= MaxNamed;

    private void Look(LeafLookup leaves, long index)
    {
        try
        {
            if (leaves.Read(index) is { } leaf)
            {
                Look(EntryGlance.Of(new LogLeaf(index, leaf)), index);
            }
        }
        catch (Exception e) when (e is LogInconsistentException or InvalidDataException or IOException)
        {
            // One of those that this is about.
        }
    }

    private void Look(EntryGlance entry, long index)
    {
        if (entry.Session.IsEmpty)
        {
            return;
        }

        var id = Encoding.UTF8.GetString(entry.Session);
        long? before = _lastOf.TryGetValue(id, out var last) ? last : null;
        _lastOf[id] = index;
        if (
            entry.Previous is { } linked
            && linked >= _minimum
            && (linked != before || _faulty.Contains(linked))
            && SessionId.TryParse(id, out var session)
        )
        {
            _touched.Add(
                new TouchedSession(
                    session,
                    linked,
                    $"entry {linked} was of session `{session}`: entry {index} of that session links to it"
                )
            );
        }
    }

    // A payload is written before its entry: after a crash a session may have one and no entry yet, so that a log that holds isn't asked.
    private void LookBeside(string payloads)
    {
        string[] files = Directory.Exists(payloads) ? Directory.GetFiles(payloads, "*.p") : [];
        foreach (var path in files.Order(StringComparer.Ordinal))
        {
            var id = Path.GetFileNameWithoutExtension(path);
            if (!IsFull && !_lastOf.ContainsKey(id) && SessionId.TryParse(id, out var session))
            {
                _touched.Add(
                    new TouchedSession(
                        session,
                        null,
                        $"session `{session}` has payloads here and no entry that can be read"
                    )
                );
            }
        }
    }
}
