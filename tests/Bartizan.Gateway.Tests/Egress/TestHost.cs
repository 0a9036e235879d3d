using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Tests.Egress;

/// <summary>The daemon's side of the ports: a log in memory, live sessions, their tokens, nobody to approve.</summary>
internal sealed class TestHost : IJournal, ISessions, IApprovals, ISessionTokens, ICredentialLender
{
    private readonly ConcurrentDictionary<SessionId, Session> _sessions = new();
    private readonly ConcurrentQueue<Entry> _entries = new();
    private readonly ConcurrentQueue<(Func<Entry, bool> Wanted, TaskCompletionSource<Entry> Found)> _waiting = new();

    public bool FleetRunning { get; set; } = true;

    public ImmutableArray<Entry> Entries => [.. _entries];

    public void Add(Session session) => _sessions[session.Id] = session;

    /// <summary>Called before each look for a session, with how many there were.</summary>
    public Action<int>? Looking { get; set; }

    private int _looks;

    public Session? Find(SessionId id)
    {
        Looking?.Invoke(Interlocked.Increment(ref _looks));
        return _sessions.GetValueOrDefault(id);
    }

    /// <summary>What every credential of a session is.</summary>
    public const string Secret = "Vx9#pQ2!mK7&zT4w-0";

    public ValueTask<ILease> LendAsync(SessionId session, string name, Uri? to, CancellationToken cancellationToken) =>
        Refused is { } why
            ? ValueTask.FromException<ILease>(new CredentialUnavailableException(why))
            : ValueTask.FromResult<ILease>(Lent(to));

    /// <summary>The value that is lent.</summary>
    public string Value { get; set; } = Secret;

    /// <summary>Why nothing is lent; null while it is.</summary>
    public string? Refused { get; set; }

    /// <summary>True once what was lent was taken back.</summary>
    public bool TakenBack { get; set; }

    /// <summary>Where it was lent for.</summary>
    public ConcurrentQueue<string> LentFor { get; } = new();

    private Lease Lent(Uri? to)
    {
        LentFor.Enqueue($"{to}");
        return new Lease(this);
    }

    public static string TokenOf(Session session) => $"token-{session.Id}";

    public SessionId? Verify(ReadOnlySpan<char> token)
    {
        foreach (var session in _sessions.Values)
        {
            if (token.SequenceEqual(TokenOf(session)))
            {
                return session.Id;
            }
        }

        return null;
    }

    public ValueTask<Approval> AskAsync(ApprovalRequest request, CancellationToken cancellationToken) =>
        new(default(Approval));

    public ValueTask<long> AppendAsync(Entry entry, CancellationToken cancellationToken)
    {
        Keep(entry);
        return new ValueTask<long>(_entries.Count);
    }

    public ValueTask PostAsync(Entry entry, CancellationToken cancellationToken)
    {
        Keep(entry);
        return ValueTask.CompletedTask;
    }

    /// <summary>The first entry, written already or later, that is wanted.</summary>
    public async Task<Entry> EntryAsync(Func<Entry, bool> wanted)
    {
        var found = new TaskCompletionSource<Entry>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Enqueue((wanted, found));
        foreach (var entry in _entries)
        {
            if (wanted(entry))
            {
                found.TrySetResult(entry);
            }
        }

        return await found.Task.WaitAsync(Wait.Long);
    }

    public Task<Entry> OutcomeAsync(OutcomeKind kind) =>
        EntryAsync(e => e.Kind == EntryKind.Outcome && e.Outcome == kind);

    public Task<Entry> RefusalAsync() => EntryAsync(e => e.Kind == EntryKind.Refusal);

    private void Keep(Entry entry)
    {
        _entries.Enqueue(entry);
        foreach (var (wanted, found) in _waiting)
        {
            if (wanted(entry))
            {
                found.TrySetResult(entry);
            }
        }
    }

    private sealed class Lease(TestHost host) : ILease
    {
        public string Handle => "key";

        public void Apply(Action<ReadOnlyMemory<char>> use)
        {
            ObjectDisposedException.ThrowIf(host.TakenBack, this);
            use(host.Value.AsMemory());
        }

        public void Dispose() { }
    }
}
