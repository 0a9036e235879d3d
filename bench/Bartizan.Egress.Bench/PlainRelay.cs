using System.Net;
using System.Net.Sockets;

namespace Bartizan.Egress.Bench;

/// <summary>A relay that copies bytes between two connections and does nothing else: what a tunnel is measured against.</summary>
internal static class PlainRelay
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>Starts one on a free port of loopback, for as long as the process runs.</summary>
    public static IPEndPoint Start(IPEndPoint to)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(512);
        _ = AcceptAsync(listener, to);
        return (IPEndPoint)listener.LocalEndPoint!;
    }

    private static async Task AcceptAsync(Socket listener, IPEndPoint to)
    {
        while (true)
        {
            var inner = await listener.AcceptAsync();
            _ = Task.Run(async () =>
            {
                using var outer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                using (inner)
                {
                    (inner.NoDelay, outer.NoDelay) = (true, true);
                    await outer.ConnectAsync(to);
                    await Task.WhenAll(CopyAsync(inner, outer), CopyAsync(outer, inner));
                }
            });
        }
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[BufferBytes];
        while (await from.ReceiveAsync(buffer) is > 0 and var received)
        {
            await to.SendAsync(buffer.AsMemory(0, received));
        }

        to.Shutdown(SocketShutdown.Send);
    }
}
