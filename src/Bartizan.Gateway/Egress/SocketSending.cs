using System.Net.Sockets;

namespace Bartizan.Gateway.Egress;

/// <summary>Sending that says by its value whether the other side is still there.</summary>
internal static class SocketSending
{
    /// <summary>After a refusal, this much of what the client still sends is thrown away, so that it can read the refusal.</summary>
    private const int MaxDrainedBytes = 256 * 1024;

    private static readonly TimeSpan DrainWithin = TimeSpan.FromSeconds(1);

    /// <summary>Sends all of <paramref name="bytes"/>; false when the socket is gone.</summary>
    public static async ValueTask<bool> TrySendAsync(
        this Socket socket,
        ReadOnlyMemory<byte> bytes,
        CancellationToken cancellationToken
    )
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                var sent = await socket.SendAsync(bytes, SocketFlags.None, cancellationToken).ConfigureAwait(false);
                bytes = bytes[sent..];
            }

            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Says that nothing more comes; a socket that is gone needs no saying.</summary>
    public static void TryShutdownSend(this Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Gone already.
        }
    }

    /// <summary>
    /// Ends a connection so that the last answer arrives: unread bytes at close would make the kernel reset it.
    /// </summary>
    public static async ValueTask LingerAsync(
        this Socket socket,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        socket.TryShutdownSend();
        using var limit = new CancellationTokenSource(DrainWithin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var waste = new byte[4096];
        try
        {
            for (var total = 0; total < MaxDrainedBytes; )
            {
                var received = await socket.ReceiveAsync(waste, SocketFlags.None, either.Token).ConfigureAwait(false);
                if (received == 0)
                {
                    return;
                }

                total += received;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // It is closed in any case.
        }
    }
}
