using System.Collections.Concurrent;
using Bartizan.Core.Approvals;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Egress.Bench;

/// <summary>The daemon's side of the ports, with a log that only counts: what is measured is the proxy, not the disk.</summary>
internal sealed class BenchHost : IJournal, ISessions, IApprovals, ISessionTokens
{
    private readonly ConcurrentDictionary<SessionId, Session> _sessions = new();
    private long _entries;

    public bool FleetRunning => true;

    public void Add(Session session) => _sessions[session.Id] = session;

    public Session? Find(SessionId id) => _sessions.GetValueOrDefault(id);

    public SessionId? Verify(ReadOnlySpan<char> token) => null;

    public ValueTask<Approval> AskAsync(ApprovalRequest request, CancellationToken cancellationToken) =>
        new(default(Approval));

    public ValueTask<long> AppendAsync(Entry entry, CancellationToken cancellationToken) =>
        new(Interlocked.Increment(ref _entries));

    public ValueTask PostAsync(Entry entry, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _entries);
        return ValueTask.CompletedTask;
    }
}
