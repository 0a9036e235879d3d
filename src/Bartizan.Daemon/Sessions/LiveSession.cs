using System.Collections.Immutable;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Core.Shell;
using Bartizan.Daemon.Observation;
using Bartizan.Sandbox;

namespace Bartizan.Daemon.Sessions;

/// <summary>One live session as its owner holds it: the control that moves it and what must be closed with it.</summary>
public sealed class LiveSession(SessionControl control, DateTimeOffset since, string kind, SessionTally tally)
{
    /// <summary>The kind of a session of a served agent's user.</summary>
    public const string Serve = "serve";

    /// <summary>The kind of a session that reads for another.</summary>
    public const string Reader = "reader";

    private readonly Lock _lock = new();
    private readonly List<IAsyncDisposable> _ways = [];

    // A reader's model is offered no tools, and nobody carries out what it calls all the same.
    private readonly string? _decided = kind == Reader ? null : CallsOfClients.InAnswersOf(control.Session.Manifest);
    private volatile bool _asksByHooks;
    private bool _closed;

    /// <summary>The session.</summary>
    public Session Session => control.Session;

    /// <summary>The hand that moves it.</summary>
    public SessionControl Control => control;

    /// <summary>When it was opened.</summary>
    public DateTimeOffset Since => since;

    /// <summary>
    /// <c>run</c>, <c>attach</c>, <c>serve</c> for a user of an agent that answers callers, <c>server</c> for a tool server in a sandbox
    /// of its own, <c>code</c> for a call of the code tool, or
    /// <c>reader</c> for a quarantined reader.
    /// </summary>
    public string Kind => kind;

    /// <summary>What it did so far, for the person's summary.</summary>
    public SessionTally Tally => tally;

    /// <summary>Who wrote its manifest: the owner that it names, and the account that the file belongs to.</summary>
    public ImmutableHashSet<string> Authors { get; init; } = [];

    /// <summary>What a shell of its client would find.</summary>
    public ShellPlaces Places { get; init; } = ClientPlaces.Inside;

    /// <summary>
    /// The client whose calls are decided in the model's answer; null for none. That a client has hooks is what the manifest says of it:
    /// only once one of them has asked, it is left to them.
    /// </summary>
    public string? DecidedClient => _asksByHooks ? null : _decided;

    /// <summary>Takes note that a hook of the session's client has asked.</summary>
    public void HearHook(string client) => _asksByHooks |= client == _decided && CallsOfClients.HasHooks(client);

    /// <summary>What of its tool servers a person has seen.</summary>
    public IToolPins? Pins { get; init; }

    /// <summary>What its tool servers start from.</summary>
    public ServerGround Ground { get; set; } = new("", "", null);

    /// <summary>The session that it serves as a tool server, or reads for; default for one that serves none.</summary>
    public SessionId Serves { get; init; }

    /// <summary>True while it is paused because the session that it serves is.</summary>
    public bool PausedWithServed { get; set; }

    /// <summary>Its sandbox, once there is one.</summary>
    public ISandbox? Sandbox { get; set; }

    /// <summary>Completes when all that was seen in its sandbox is in line for the log; null without one.</summary>
    public Task? Seen { get; private set; }

    /// <summary>Records what happens in a sandbox that is about to start; the session ends when that can't be done any more.</summary>
    internal void Follow(ISandbox sandbox, Rooms rooms) =>
        Seen = SeenRecord.FollowAsync(
            sandbox,
            rooms.Journal,
            Session,
            rooms.Clock,
            why => _ = rooms.Owner.KillAsync(Session.Id, "bartizan", why, CancellationToken.None)
        );

    /// <summary>Completes when everything of the session is over and recorded.</summary>
    public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when its owner has let go of it: its workspace settled, its credentials forgotten.</summary>
    public TaskCompletionSource Gone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Serialises the moves of this session.</summary>
    public SemaphoreSlim Moving { get; } = new(1, 1);

    /// <summary>Why it was killed; null while it was not.</summary>
    public string? KilledBecause { get; set; }

    /// <summary>Adds a listener or binding that is closed when the session ends; closed at once when it has.</summary>
    public async ValueTask AddAsync(IAsyncDisposable way)
    {
        lock (_lock)
        {
            if (!_closed)
            {
                _ways.Add(way);
                return;
            }
        }

        await way.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Forgets one that is closed already.</summary>
    public void Remove(IAsyncDisposable way)
    {
        lock (_lock)
        {
            _ways.Remove(way);
        }
    }

    /// <summary>The same for what closes at once.</summary>
    public ValueTask AddAsync(IDisposable way) => AddAsync(new Closing(way));

    /// <summary>
    /// Closes every way out: listeners, tunnels, streams. All are cut when this returns; the task completes when they have
    /// recorded how their actions ended.
    /// </summary>
    public Task CloseWaysAsync()
    {
        List<IAsyncDisposable> ways;
        lock (_lock)
        {
            _closed = true;
            ways = [.. _ways];
            _ways.Clear();
        }

        return Task.WhenAll(ways.Select(w => w.DisposeAsync().AsTask()));
    }

    private sealed class Closing(IDisposable way) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            way.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
