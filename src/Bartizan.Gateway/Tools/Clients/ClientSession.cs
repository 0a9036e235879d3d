using System.Collections.Concurrent;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Gateway.Tools.Joined;

namespace Bartizan.Gateway.Tools.Clients;

/// <summary>
/// One MCP session of the session era: the id that the client knows, the id that the server knows, and what is open between
/// them. It belongs to one session of an agent; another's token doesn't open it.
/// </summary>
internal sealed class ClientSession(string id, ToolServer server, string? serverSession, TimeProvider clock)
{
    /// <summary>Calls whose stream has ended before their answer came, and a server's questions that wait, each.</summary>
    private const int MaxPending = 128;

    /// <summary>Answers that may be given once more, to a client that lost the stream on which they came.</summary>
    private const int MaxAnswered = 32;

    private readonly ConcurrentDictionary<string, PendingCall> _pending = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, PendingCall> _asked = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _held = new(StringComparer.Ordinal);
    private readonly Lock _answering = new();
    private readonly Queue<AnsweredCall> _answered = new();
    private int _streams;
    private long _used = clock.GetTimestamp();

    /// <summary>The id that the client knows.</summary>
    public string Id => id;

    /// <summary>The server.</summary>
    public ToolServer Server => server;

    /// <summary>The id that the server knows; null when it keeps no sessions.</summary>
    public string? ServerSession => serverSession;

    /// <summary>The version that both agreed on; null until they have.</summary>
    public string? Version { get; set; }

    /// <summary>True while somebody listens.</summary>
    public bool IsListenedTo => Volatile.Read(ref _streams) > 0;

    /// <summary>The session with all servers that it is a part of; null for one that a client opened with this server alone.</summary>
    public JoinedSession? Join { get; init; }

    /// <summary>When it was last used.</summary>
    public long Used => Volatile.Read(ref _used);

    /// <summary>Notes that it is in use.</summary>
    public void Touch() => Volatile.Write(ref _used, clock.GetTimestamp());

    /// <summary>Counts a stream in.</summary>
    public void Enter() => Interlocked.Increment(ref _streams);

    /// <summary>Counts a stream out.</summary>
    public void Leave() => Interlocked.Decrement(ref _streams);

    /// <summary>Notes a call that is being decided: its client may cancel it until then. Fires when it does, or goes away.</summary>
    public CancellationTokenSource Hold(string call, CancellationToken aborted)
    {
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        Hold(call, cancel);
        return cancel;
    }

    /// <summary>The same of a call whose answer is held.</summary>
    public void Hold(string call, CancellationTokenSource cancel) => _held.TryAdd(call, cancel);

    /// <summary>The call is decided: what cancels it now is the server's to hear.</summary>
    public void LetGo(string call, CancellationTokenSource cancel) => _held.TryRemove(new(call, cancel));

    /// <summary>Cancels a call that is being decided; false when it isn't.</summary>
    public bool Cancel(string call)
    {
        if (!_held.TryRemove(call, out var cancel))
        {
            return false;
        }

        try
        {
            cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It was decided at this very moment.
            return false;
        }

        return true;
    }

    /// <summary>Puts a call aside whose answer comes on another stream; false when too many wait.</summary>
    public ValueTask<bool> WaitForAsync(PendingCall call, TimeSpan within) => AddAsync(_pending, call, within);

    /// <summary>Notes what a server asks of the client; false when too much is asked, or the same once more.</summary>
    public ValueTask<bool> AskAsync(PendingCall question, TimeSpan within) => AddAsync(_asked, question, within);

    /// <summary>The call that an answer on another stream belongs to; null for none.</summary>
    /// <param name="answer">The id that it is for.</param>
    /// <param name="content">The digest of what it says.</param>
    public PendingCall? Answered(string answer, Digest content)
    {
        if (_pending.TryRemove(answer, out var call))
        {
            Remember(call);
            return call;
        }

        lock (_answering)
        {
            foreach (var known in _answered)
            {
                if (known.Call.Id == answer && (known.Call.Passage is null || known.Passed == content))
                {
                    // INVARIANT: its passage is over, so nobody inspects it: only the very bytes that passed once, as they were, pass
                    // again.
                    return known.Call with { Passage = null };
                }
            }
        }

        return null;
    }

    /// <summary>Keeps in mind that a call was answered: a client that lost the stream has the answer sent again.</summary>
    public void Remember(PendingCall call)
    {
        lock (_answering)
        {
            _answered.Enqueue(new AnsweredCall(call));
            while (_answered.Count > MaxAnswered)
            {
                _ = _answered.Dequeue();
            }
        }
    }

    /// <summary>An answer passed; one that something was taken out of doesn't pass again.</summary>
    public void Passed(PendingCall call, ReadOnlySpan<byte> content, bool asItCame)
    {
        Digest? passed = asItCame ? Digest.Of(content) : null;
        lock (_answering)
        {
            foreach (var known in _answered)
            {
                if (ReferenceEquals(known.Call, call))
                {
                    known.Passed = passed;
                }
            }
        }
    }

    /// <summary>True while a question of the server's waits for its client.</summary>
    public bool IsAsked(string question) => _asked.ContainsKey(question);

    /// <summary>Takes the question that a client answers; null when it was never asked.</summary>
    public PendingCall? TakeQuestion(string answer) => _asked.TryRemove(answer, out var question) ? question : null;

    /// <summary>Ends what is open.</summary>
    public async ValueTask EndAsync(OutcomeKind kind, string why)
    {
        foreach (var open in _pending.Values.Concat(_asked.Values))
        {
            await open.EndAsync(kind, why).ConfigureAwait(false);
        }

        _pending.Clear();
        _asked.Clear();
    }

    private async ValueTask<bool> AddAsync(
        ConcurrentDictionary<string, PendingCall> to,
        PendingCall call,
        TimeSpan within
    )
    {
        foreach (var (known, old) in to)
        {
            if (clock.GetElapsedTime(old.Since) > within && to.TryRemove(known, out _))
            {
                await old.EndAsync(OutcomeKind.Unknown, "its answer never came").ConfigureAwait(false);
            }
        }

        call.Since = clock.GetTimestamp();
        return to.Count < MaxPending && to.TryAdd(call.Id, call);
    }

    private sealed class AnsweredCall(PendingCall call)
    {
        public PendingCall Call => call;

        /// <summary>What of its server passed as it came; null before that, and for what didn't.</summary>
        public Digest? Passed { get; set; }
    }
}
