using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Bartizan.Daemon.SelfTest;

namespace Bartizan.Daemon.Tests.SelfTest;

/// <summary>
/// Stands between the agents and the real egress proxy, asks it to decide, and then goes on without one of its layers. It
/// exists in this assembly only.
/// <code>
///  agent ──► WeakProxy ──► EgressProxy     what is decided: the rules, the names, the addresses
///                └───────► canary          what is carried: not looked at any more
/// </code>
/// </summary>
internal sealed class WeakProxy
{
    private const int MaxHeadBytes = 64 * 1024;
    private readonly Socket _agents;
    private readonly IPEndPoint _real;
    private readonly bool _readsHttp;

    private WeakProxy(Socket agents, IPEndPoint real, bool readsHttp)
    {
        _agents = agents;
        _real = real;
        _readsHttp = readsHttp;
    }

    /// <summary>Starts one that looks into no tunnel: what was decided for CONNECT holds for whatever follows.</summary>
    /// <returns>The listener for the real proxy.</returns>
    public static Socket WithoutTlsNames(Socket agents) => Start(agents, readsHttp: true);

    /// <summary>Starts one that reads no more than a first line: what was decided for it holds for every byte behind it.</summary>
    /// <returns>The listener for the real proxy.</returns>
    public static Socket WithoutReader(Socket agents) => Start(agents, readsHttp: false);

    private static Socket Start(Socket agents, bool readsHttp)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _ = new WeakProxy(agents, (IPEndPoint)listener.LocalEndPoint!, readsHttp).AcceptAsync();
        return listener;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _agents.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The sandbox is gone.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var agent = new NetworkStream(client, ownsSocket: true);
        try
        {
            using var real = await ConnectAsync(_real);
            var sent = await ReadHeadAsync(agent);
            var text = Encoding.Latin1.GetString(sent);
            var words = text.Split('\n')[0].TrimEnd('\r').Split(' ');
            if (words is not [var method, var target, _] || Question(method, target) is not var (question, port))
            {
                await real.WriteAsync(sent);
                await CarryAsync(agent, real);
                return;
            }

            await real.WriteAsync(Encoding.Latin1.GetBytes(question));
            var answer = await ReadHeadAsync(real);
            if (!Encoding.Latin1.GetString(answer).StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
            {
                await agent.WriteAsync(answer);
                return;
            }

            using var canary = await ConnectAsync(new IPEndPoint(Field.Address, port));
            if (_readsHttp)
            {
                await agent.WriteAsync(answer);
                sent = sent[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
            }

            await canary.WriteAsync(sent);
            await CarryAsync(agent, canary);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // One side is gone.
        }
    }

    // What the real proxy is asked, in words that leave it no doubt and without the case's marker; null for what it shall serve itself.
    private (string Question, int Port)? Question(string method, string target)
    {
        if (_readsHttp)
        {
            var colon = target.LastIndexOf(':');
            return method == "CONNECT" && colon > 0
                ? (Field.Connect(target), int.Parse(target[(colon + 1)..], CultureInfo.InvariantCulture))
                : null;
        }

        return method != "CONNECT" && Uri.TryCreate(target, UriKind.Absolute, out var url)
            ? (
                $"{method} http://{url.Authority}/asked HTTP/1.1\r\nHost: {url.Authority}\r\nConnection: close\r\n\r\n",
                url.Port
            )
            : null;
    }

    private static async Task<NetworkStream> ConnectAsync(IPEndPoint to)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(to);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task CarryAsync(NetworkStream one, NetworkStream other) =>
        await Task.WhenAny(one.CopyToAsync(other), other.CopyToAsync(one));

    private static async Task<byte[]> ReadHeadAsync(NetworkStream from)
    {
        var head = new MemoryStream();
        var buffer = new byte[4096];
        int read;
        while (head.Length < MaxHeadBytes && (read = await from.ReadAsync(buffer)) > 0)
        {
            head.Write(buffer, 0, read);
            var bytes = head.GetBuffer().AsSpan(0, (int)head.Length);
            if (bytes.IndexOf("\r\n\r\n"u8) >= 0 || bytes.IndexOf("\n\n"u8) >= 0)
            {
                break;
            }
        }

        return head.ToArray();
    }
}
