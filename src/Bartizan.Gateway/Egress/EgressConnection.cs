using System.Net.Sockets;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Egress;

/// <summary>One accepted connection.</summary>
internal sealed class EgressConnection(
    EgressWiring wiring,
    Entrance entrance,
    Session? session,
    FakeNames? names,
    Socket client,
    CancellationToken ending
)
{
    public Task RunAsync()
    {
        _ = (wiring, entrance, session, names, ending);
        return Task.CompletedTask;
    }

    /// <summary>Resets.</summary>
    public void Abort() => client.Dispose();
}
