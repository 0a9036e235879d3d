using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bartizan.EndToEnd.Tests.Egress;

/// <summary>
/// A host outside that takes any bytes and keeps them: it answers what looks like a whole request of HTTP, and anything else that comes.
/// It listens on a socket with an abstract name as well, which a sandbox must not reach.
/// </summary>
internal sealed class RawHost : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _abstract = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly StringBuilder _heard = new();
    private readonly Task _served;

    public RawHost()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _abstract.Bind(new UnixDomainSocketEndPoint($"\0bartizan-e2e-{Port}"));
        _abstract.Listen();
        _served = Task.WhenAll(AcceptAsync(_listener), AcceptAsync(_abstract));
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>All that came, of all connections.</summary>
    public string Heard
    {
        get
        {
            lock (_heard)
            {
                return _heard.ToString();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        _abstract.Dispose();
        await _served;
        _end.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptAsync(_end.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            var text = new StringBuilder();
            var buffer = new byte[4096];
            try
            {
                int read;
                while ((read = await socket.ReceiveAsync(buffer, _end.Token)) > 0)
                {
                    var piece = Encoding.Latin1.GetString(buffer, 0, read);
                    text.Append(piece);
                    lock (_heard)
                    {
                        _heard.Append(piece);
                    }

                    if (AnswerTo(text.ToString()) is { } answer)
                    {
                        await socket.SendAsync(Encoding.ASCII.GetBytes(answer), _end.Token);
                        return;
                    }
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // The attacker, or the proxy for it, broke off.
            }
        }
    }

    private static string? AnswerTo(string text)
    {
        if (!text.Contains(" HTTP/1.1\r\n", StringComparison.Ordinal))
        {
            return "GOT IT";
        }

        var whole =
            text.Contains("\r\n\r\n", StringComparison.Ordinal)
            && (
                !text.Contains("chunked", StringComparison.OrdinalIgnoreCase)
                || text.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal)
            );
        return !whole ? null
            : text.Contains("/redirect", StringComparison.Ordinal)
                ? $"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.org/\r\nContent-Length: 0\r\n\r\n"
            : "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    }
}
