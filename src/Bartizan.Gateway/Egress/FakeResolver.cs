using System.Net.Sockets;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Egress;

/// <summary>The resolver inside the sandbox.</summary>
internal sealed class FakeResolver(EgressWiring wiring, Session session, FakeNames names, Socket socket)
{
    /// <summary>Stops answering.</summary>
    public void Cut()
    {
        _ = (wiring, session, names);
        socket.Dispose();
    }
}
