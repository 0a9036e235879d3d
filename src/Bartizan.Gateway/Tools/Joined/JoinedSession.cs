using System.Collections.Concurrent;
using Bartizan.Gateway.Tools.Clients;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Joined;

/// <summary>
/// One MCP session of a client with all servers: one of its own with each, opened when the client opens this one, and again
/// when a server had none or has forgotten it.
/// </summary>
internal sealed class JoinedSession(string id, ReadOnlyMemory<byte> opening, TimeProvider clock)
{
    /// <summary>How long a server that gave no session isn't asked again: a client's list must not wait for it each time.</summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, long> _missing = new(StringComparer.Ordinal);
    private long _used = clock.GetTimestamp();
    private volatile TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The id that the client knows.</summary>
    public string Id => id;

    /// <summary>The message with which the client opened it.</summary>
    public ReadOnlyMemory<byte> Opening => opening;

    /// <summary>The MCP sessions with the servers, by their names.</summary>
    public ConcurrentDictionary<string, ClientSession> Parts { get; } = new(StringComparer.Ordinal);

    /// <summary>Completes when one more is there than now.</summary>
    public Task Joined => _joined.Task;

    /// <summary>Adds one: who listens hears of it from now on.</summary>
    public void Join(ClientSession part)
    {
        Parts[part.Server.Name] = part;
        Interlocked
            .Exchange(ref _joined, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))
            .SetResult();
    }

    /// <summary>One opens at a time.</summary>
    public ConcurrentDictionary<string, SemaphoreSlim> Opens { get; } = new(StringComparer.Ordinal);

    /// <summary>When it was last used.</summary>
    public long Used => Volatile.Read(ref _used);

    /// <summary>Notes that it is in use.</summary>
    public void Touch() => Volatile.Write(ref _used, clock.GetTimestamp());

    /// <summary>Notes that a server gave no session.</summary>
    public void Miss(string server) => _missing[server] = clock.GetTimestamp();

    /// <summary>True when a server gave none a moment ago.</summary>
    public bool IsMissing(string server) =>
        _missing.TryGetValue(server, out var since) && clock.GetElapsedTime(since) < AskAgainAfter;

    /// <summary>Cancels the call that a notification names; false when it isn't one that is being decided.</summary>
    public bool Cancel(Posted posted) =>
        posted.Message.Method == Methods.Cancelled
        && Message.IdOf(posted.Call!.Member("requestId")) is { } id
        && Parts.Values.Any(part => part.Cancel(id));
}
