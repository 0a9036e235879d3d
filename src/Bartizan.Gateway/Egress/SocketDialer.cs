using System.Net;
using System.Net.Sockets;

namespace Bartizan.Gateway.Egress;

/// <summary>Dials from the host's own network.</summary>
internal sealed class SocketDialer : IDialer
{
    /// <inheritdoc/>
    public async ValueTask<Socket> DialAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
