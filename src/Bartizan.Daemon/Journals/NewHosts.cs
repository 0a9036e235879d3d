using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Bartizan.Client;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Records.Journals;

namespace Bartizan.Daemon.Journals;

/// <summary>
/// Passes every entry on, and says behind the intent that an agent opens a host for the first time. Sessions that began to open hosts
/// before any of their agent was over only learn: of an agent that nobody has seen everything is new. A rule has allowed it, so it is an
/// alert for whoever asks what has changed, and stops nothing.
/// </summary>
/// <param name="journal">Where entries go.</param>
/// <param name="opened">What the log says was opened before.</param>
/// <param name="clock">The clock.</param>
public sealed class NewHosts(IJournal journal, OpenedHosts opened, TimeProvider clock) : IJournal
{
    /// <summary>How the finding is called.</summary>
    public const string Code = "new-host";

    /// <summary>What its entry's detail says: the name, the severity, the confidence.</summary>
    public const string Head = Code + " low 1";

    /// <summary>Alerts of one session: under a wildcard an agent has as many hosts as it likes. The last says that more come.</summary>
    public const int MaxOfSession = 64;

    /// <summary>Alerts that the status shows, the newest of this instance's life.</summary>
    public const int MaxShown = 8;

    private const string Ended = "ended";

    private readonly Lock _lock = new();
    private readonly HashSet<string> _learned = new(opened.Agents, StringComparer.Ordinal);
    private readonly Dictionary<SessionId, Seen> _sessions = [];
    private ImmutableQueue<NewHostLine> _shown = [];

    /// <summary>The newest alerts, the newest last.</summary>
    public IReadOnlyList<NewHostLine> Shown => [.. Volatile.Read(ref _shown)];

    /// <inheritdoc/>
    public ValueTask<long> AppendAsync(Entry entry, CancellationToken cancellationToken) =>
        IsOpening(entry) || IsEnd(entry)
            ? LookAsync(entry, cancellationToken)
            : journal.AppendAsync(entry, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] // on every action's way: no garbage
    private async ValueTask<long> LookAsync(Entry entry, CancellationToken cancellationToken)
    {
        var index = await journal.AppendAsync(entry, cancellationToken).ConfigureAwait(false);
        if (Look(entry) is { } alert)
        {
            await TellAsync(alert).ConfigureAwait(false);
        }

        return index;
    }

    /// <inheritdoc/>
    public ValueTask PostAsync(Entry entry, CancellationToken cancellationToken)
    {
        Forget(entry);
        return journal.PostAsync(entry, cancellationToken);
    }

    /// <inheritdoc/>
    public Task WaitWitnessedAsync(long index, CancellationToken cancellationToken) =>
        journal.WaitWitnessedAsync(index, cancellationToken);

    private Entry? Look(Entry entry)
    {
        if (!IsOpening(entry))
        {
            Forget(entry);
            return null;
        }

        var name = OpenedHosts.NameOf(entry.Agent);
        var host = OpenedHosts.HostOf(entry.Verb, entry.Target);
        lock (_lock)
        {
            if (!_sessions.TryGetValue(entry.Session, out var session))
            {
                session = new Seen(name.ToString(), IsLearned(name));
                _sessions.Add(entry.Session, session);
            }

            if (!opened.Add(name, host) || !session.Tells || session.Told == MaxOfSession)
            {
                return null;
            }

            session.Told++;
            return Alert(entry, session, host.ToString());
        }
    }

    private static bool IsOpening(Entry entry) =>
        entry is { Kind: EntryKind.Intent, Point: AgentAction.EgressPoint, Agent: not null };

    private static bool IsEnd(Entry entry) =>
        entry.Kind == EntryKind.State && entry.Detail?.StartsWith(Ended, StringComparison.Ordinal) == true;

    // One for which there is no room is as one of which nothing is known any more: what it opens is told.
    private bool IsLearned(ReadOnlySpan<char> agent)
    {
        var learned = _learned.GetAlternateLookup<ReadOnlySpan<char>>().Contains(agent);
        return learned || opened.IsFull;
    }

    // What a session opened is what its agent does, once it is over.
    private void Forget(Entry entry)
    {
        if (!IsEnd(entry))
        {
            return;
        }

        lock (_lock)
        {
            if (_sessions.Remove(entry.Session, out var session) && !opened.IsFull)
            {
                _learned.Add(session.Agent);
            }
        }
    }

    private Entry Alert(Entry intent, Seen session, string host)
    {
        _shown = _shown.Enqueue(new NewHostLine(session.Agent, host, intent.Session.ToString(), clock.GetUtcNow()));
        _shown = _shown.Count() > MaxShown ? _shown.Dequeue() : _shown;
        return new Entry
        {
            Kind = EntryKind.Finding,
            Session = intent.Session,
            Agent = intent.Agent,
            Person = intent.Person,
            Point = intent.Point,
            Verb = intent.Verb,
            Target = host,
            Detail = Head,
            Reason =
                session.Told < MaxOfSession
                    ? $"`{session.Agent}` has not opened `{host}` before"
                    : $"`{session.Agent}` has not opened `{host}` before; of further hosts that are new in this session nothing is told",
            Policy = intent.Policy,
        };
    }

    private async ValueTask TellAsync(Entry alert)
    {
        try
        {
            await journal.PostAsync(alert, CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The intent is in the log, and the loss is counted.
        }
    }

    private sealed class Seen(string agent, bool tells)
    {
        public string Agent => agent;

        public bool Tells => tells;

        public int Told { get; set; }
    }
}
