using Bartizan.Core.Sessions;
using Bartizan.Daemon.Sessions;
using Bartizan.Sandbox;

namespace Bartizan.Daemon.Serving;

/// <summary>The ways out of one served agent's sandbox: gateways that act as its session, and as no other.</summary>
internal sealed class AgentWays : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _bound = [];
    private readonly List<IDisposable> _accepting = [];
    private readonly Lock _lock = new();
    private Task? _closed;

    /// <summary>Binds the gateways to what a sandbox listens on.</summary>
    public static AgentWays Open(Rooms rooms, Session session, SandboxListeners listeners)
    {
        var ways = new AgentWays();
        ways._accepting.Add(rooms.Models.Accept(session, listeners.ModelGateway));
        ways._accepting.Add(rooms.Tools.Accept(session, listeners.ToolGateway));
        ways._bound.Add(rooms.Egress.Bind(session, SandboxEgress.Of(listeners)));
        if (!session.Manifest.Databases.IsEmpty)
        {
            ways._bound.Add(rooms.Databases.Bind(session, listeners.Databases));
        }

        return ways;
    }

    /// <summary>Closes them; completes when their actions' ends are recorded. Twice does no harm.</summary>
    public async ValueTask DisposeAsync()
    {
        Task closed;
        lock (_lock)
        {
            closed = _closed ??= CloseAsync();
        }

        await closed.ConfigureAwait(false);
    }

    private async Task CloseAsync()
    {
        _accepting.ForEach(static one => one.Dispose());
        await Task.WhenAll(_bound.Select(one => one.DisposeAsync().AsTask())).ConfigureAwait(false);
    }
}
