using System.Net.Sockets;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>A connection to the other side, as long as it is open among those that are cut with the agent's.</summary>
internal sealed class KeptStream(EgressConnection connection, Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    private readonly Socket _socket = socket;

    protected override void Dispose(bool disposing)
    {
        connection.Drop(_socket);
        base.Dispose(disposing);
    }
}
