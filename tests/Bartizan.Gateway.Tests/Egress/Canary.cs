using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bartizan.Gateway.Tests.Egress;

/// <summary>A server outside that counts who reached it and keeps every byte it got.</summary>
internal sealed class Canary : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentQueue<string> _heard = new();
    private readonly Func<Canary, Socket, Task> _answer;
    private readonly Task _accepting;
    private int _hits;

    public Canary(Func<Canary, Socket, Task> answer)
    {
        _answer = answer;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(64);
        _accepting = AcceptAsync();
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    public int Hits => Volatile.Read(ref _hits);

    public string Heard => string.Concat(_heard);

    /// <summary>Answers each request head it reads with the same text, and keeps the connection while it can.</summary>
    public static Canary Http(string answer) =>
        new(
            async (canary, socket) =>
            {
                await canary.HearHeadAsync(socket);
                await socket.SendAsync(Encoding.Latin1.GetBytes(answer));
            }
        );

    public static Canary Ok() => Http("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");

    /// <summary>Sends everything back.</summary>
    public static Canary Echo() =>
        new(
            async (canary, socket) =>
            {
                var buffer = new byte[64 * 1024];
                while (await canary.HearAsync(socket, buffer) is > 0 and var received)
                {
                    await socket.SendAsync(buffer.AsMemory(0, received));
                }

                socket.Shutdown(SocketShutdown.Send);
            }
        );

    public async Task<int> HearAsync(Socket socket, byte[] buffer)
    {
        var received = await socket.ReceiveAsync(buffer);
        _heard.Enqueue(Encoding.Latin1.GetString(buffer, 0, received));
        return received;
    }

    /// <summary>Reads up to the empty line and, when a length is told, the body.</summary>
    public async Task<string> HearHeadAsync(Socket socket)
    {
        var text = "";
        var buffer = new byte[64 * 1024];
        while (!IsWhole(text))
        {
            var received = await HearAsync(socket, buffer);
            if (received == 0)
            {
                break;
            }

            text += Encoding.Latin1.GetString(buffer, 0, received);
        }

        return text;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static bool IsWhole(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        var at = text.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase);
        if (at >= 0 && at < end)
        {
            var digits = text[(at + 16)..text.IndexOf('\r', at)];
            return text.Length - end - 4 >= int.Parse(digits);
        }

        return !text[..end].Contains("chunked", StringComparison.OrdinalIgnoreCase)
            || text.EndsWith("0\r\n\r\n", StringComparison.Ordinal);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var socket = await _listener.AcceptAsync();
            Interlocked.Increment(ref _hits);
            _ = ServeAsync(socket);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await _answer(this, socket);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // The other side cut it, as it may.
        }
        finally
        {
            socket.Dispose();
        }
    }
}
