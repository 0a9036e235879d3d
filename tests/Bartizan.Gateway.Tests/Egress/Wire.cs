using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bartizan.Gateway.Tests.Egress;

/// <summary>The agent's side, byte by byte: no client library tidies up what an attack sends.</summary>
internal sealed class Wire : IDisposable
{
    private string _buffered = "";

    private Wire(Socket socket) => Socket = socket;

    public Socket Socket { get; }

    public static async Task<Wire> OpenAsync(IPEndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address).Soon();
        return new Wire(socket);
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await Socket.SendAsync(bytes).Soon();

    /// <summary>Sends, and doesn't mind that the other side has already hung up.</summary>
    public async Task TrySendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await SendAsync(bytes);
        }
        catch (SocketException)
        {
            // It hung up.
        }
    }

    /// <summary>The next head, up to the empty line; empty when the connection ends first.</summary>
    public async Task<string> HeadAsync()
    {
        int end;
        while ((end = _buffered.IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
        {
            var more = await MoreAsync();
            if (more.Length == 0)
            {
                return _buffered;
            }

            _buffered += more;
        }

        var head = _buffered[..(end + 4)];
        _buffered = _buffered[(end + 4)..];
        return head;
    }

    /// <summary>Exactly that many bytes, or what there is before the end.</summary>
    public async Task<string> TakeAsync(int bytes)
    {
        while (_buffered.Length < bytes)
        {
            var more = await MoreAsync();
            if (more.Length == 0)
            {
                break;
            }

            _buffered += more;
        }

        var taken = _buffered[..Math.Min(bytes, _buffered.Length)];
        _buffered = _buffered[taken.Length..];
        return taken;
    }

    /// <summary>Everything up to an orderly end; null when the connection was reset.</summary>
    public async Task<string?> RestAsync()
    {
        try
        {
            while (true)
            {
                var buffer = new byte[64 * 1024];
                var received = await Socket.ReceiveAsync(buffer).Soon();
                if (received == 0)
                {
                    return _buffered;
                }

                _buffered += Encoding.Latin1.GetString(buffer, 0, received);
            }
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Waits until the connection is over, however it ends.</summary>
    public async Task EndAsync() => await RestAsync();

    /// <summary>A request's answer, head and body.</summary>
    public async Task<string> AskAsync(string request)
    {
        await SendAsync(request);
        return await RestAsync() ?? "reset";
    }

    public void Dispose() => Socket.Dispose();

    private async Task<string> MoreAsync()
    {
        try
        {
            var buffer = new byte[64 * 1024];
            return Encoding.Latin1.GetString(buffer, 0, await Socket.ReceiveAsync(buffer).Soon());
        }
        catch (SocketException)
        {
            return "";
        }
    }
}
