using System.Collections.Concurrent;
using System.Security.Cryptography;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools.Clients;
using Bartizan.Gateway.Tools.Joined;
using Bartizan.Gateway.Tools.Pins;
using Bartizan.Gateway.Tools.Schemas;
using Bartizan.Gateway.Tools.Tasks;

namespace Bartizan.Gateway.Tools;

/// <summary>What one session of an agent has under way at the tool gateway, held to its bounds, and its MCP sessions.</summary>
internal sealed class SessionTools
{
    /// <summary>Random bytes of an MCP session's id: not to be guessed.</summary>
    private const int IdBytes = 16;

    private readonly ConcurrentDictionary<string, ClientSession> _clients = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, JoinedSession> _joined = new(StringComparer.Ordinal);
    private readonly ToolGatewayOptions _options;
    private readonly TimeProvider _clock;
    private int _requests;
    private int _streams;
    private long _bytes;

    public SessionTools(Session session, ToolGatewayOptions options, TimeProvider clock)
    {
        Pins = new SessionPins(
            options.Pins(session),
            clock,
            name => session.Manifest.Servers.GetValueOrDefault(name)?.IsOwn == true
        );
        Tasks = new SessionTasks(options.TaskWithin, clock);
        _options = options;
        _clock = clock;
        session.Revoked.UnsafeRegister(static my => _ = ((SessionTools)my!).EndAsync(), this);
    }

    /// <summary>What is known of the tools' arguments.</summary>
    public KnownSchemas Schemas { get; } = new();

    /// <summary>Which tools are as they were seen.</summary>
    public SessionPins Pins { get; }

    /// <summary>The tasks that its calls have made.</summary>
    public SessionTasks Tasks { get; }

    /// <summary>Counts a request in; false when there are too many, and then it isn't counted.</summary>
    public bool TryEnter() => TryCount(ref _requests, _options.MaxRequestsInFlight);

    /// <summary>Counts a request out.</summary>
    public void Leave() => Interlocked.Decrement(ref _requests);

    /// <summary>Counts a stream in.</summary>
    public bool TryListen() => TryCount(ref _streams, _options.MaxStreams);

    /// <summary>Counts a stream out.</summary>
    public void StopListening() => Interlocked.Decrement(ref _streams);

    /// <summary>Takes memory for a message; false when too much is taken.</summary>
    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= _options.MaxBytesInFlight)
        {
            return true;
        }

        Interlocked.Add(ref _bytes, -bytes);
        return false;
    }

    /// <summary>Gives memory back.</summary>
    public void Release(long bytes) => Interlocked.Add(ref _bytes, -bytes);

    /// <summary>Opens an MCP session with a server.</summary>
    public async ValueTask<ClientSession> OpenAsync(ToolServer server, string? serverSession)
    {
        while (_clients.Count >= _options.MaxClientSessions && Oldest() is { } oldest)
        {
            await CloseAsync(oldest, OutcomeKind.Unknown, "its MCP session was idle longest").ConfigureAwait(false);
        }

        var client = new ClientSession(NewId(), server, serverSession, _clock);
        _clients[client.Id] = client;
        return client;
    }

    /// <summary>Opens an MCP session with all servers.</summary>
    public async ValueTask<JoinedSession> JoinAsync(Posted posted)
    {
        while (_joined.Count >= _options.MaxClientSessions && _joined.Values.MinBy(j => j.Used) is { } oldest)
        {
            await CloseAsync(oldest, OutcomeKind.Unknown, "its MCP session was idle longest").ConfigureAwait(false);
        }

        var opening = ClientAbilities.WithoutTasks(posted.Call!) ?? posted.Message.Inner.ToArray();
        var joined = new JoinedSession(NewId(), opening, _clock);
        _joined[joined.Id] = joined;
        return joined;
    }

    /// <summary>The MCP session with all servers of this id; null when there is none.</summary>
    public JoinedSession? FindJoined(string? id)
    {
        if (string.IsNullOrEmpty(id) || !_joined.TryGetValue(id, out var joined))
        {
            return null;
        }

        joined.Touch();
        return joined;
    }

    /// <summary>Forgets an MCP session with all servers.</summary>
    public async ValueTask CloseAsync(JoinedSession joined, OutcomeKind kind, string why)
    {
        _joined.TryRemove(joined.Id, out _);
        foreach (var part in joined.Parts.Values)
        {
            await CloseAsync(part, kind, why).ConfigureAwait(false);
        }
    }

    /// <summary>The MCP session of this id with this server; null when there is none.</summary>
    public ClientSession? Find(string? id, ToolServer server)
    {
        if (string.IsNullOrEmpty(id) || !_clients.TryGetValue(id, out var client) || client.Server.Name != server.Name)
        {
            return null;
        }

        client.Touch();
        return client;
    }

    /// <summary>Forgets an MCP session.</summary>
    public ValueTask CloseAsync(ClientSession client, OutcomeKind kind, string why)
    {
        if (client.Join is { } joined)
        {
            joined.Parts.TryRemove(new(client.Server.Name, client));
        }
        else
        {
            _clients.TryRemove(client.Id, out _);
        }

        return client.EndAsync(kind, why);
    }

    private async Task EndAsync()
    {
        await Tasks.EndAsync(OutcomeKind.Cut, "the session ended").ConfigureAwait(false);
        foreach (var client in _clients.Values)
        {
            await CloseAsync(client, OutcomeKind.Cut, "the session ended").ConfigureAwait(false);
        }

        foreach (var joined in _joined.Values)
        {
            await CloseAsync(joined, OutcomeKind.Cut, "the session ended").ConfigureAwait(false);
        }
    }

    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));

    private ClientSession? Oldest()
    {
        ClientSession? oldest = null;
        foreach (var client in _clients.Values)
        {
            oldest = !client.IsListenedTo && client.Used < (oldest?.Used ?? long.MaxValue) ? client : oldest;
        }

        return oldest ?? _clients.Values.FirstOrDefault();
    }

    private static bool TryCount(ref int count, int most)
    {
        if (Interlocked.Increment(ref count) <= most)
        {
            return true;
        }

        Interlocked.Decrement(ref count);
        return false;
    }
}
