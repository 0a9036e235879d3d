using System.Net;
using System.Net.Sockets;

namespace Bartizan.Gateway.Egress;

/// <summary>Opens a connection to one vetted address. The other side of the seam is a test's network.</summary>
internal interface IDialer
{
    /// <summary>A connected stream socket.</summary>
    /// <exception cref="SocketException">When the address can't be reached.</exception>
    ValueTask<Socket> DialAsync(IPEndPoint address, CancellationToken cancellationToken);
}
