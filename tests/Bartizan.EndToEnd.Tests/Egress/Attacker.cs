using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Bartizan.Gateway.Tests.Egress;

namespace Bartizan.EndToEnd.Tests.Egress;

/// <summary>The hands of the attacks: what a program inside the sandbox can send, and what it is told then.</summary>
internal sealed class Attacker(Ground ground)
{
    /// <summary>An attack that gets no answer is over then.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private const int MostBytes = 64 * 1024;

    private static readonly IPEndPoint Proxy = new(IPAddress.Loopback, 3128);

    /// <summary>Where the hosts outside listen.</summary>
    public Ground Ground { get; } = ground;

    /// <summary>Sends text to the proxy; what comes back, until it ends.</summary>
    public Task<string> AskAsync(string text) => SendAsync(Proxy, Bytes(text));

    /// <summary>Asks for a tunnel.</summary>
    public Task<string> ConnectAsync(string to) => AskAsync($"CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n\r\n");

    /// <summary>A request to the host that takes any bytes, by its own name.</summary>
    public Task<string> PlainAsync(string fields, string body = "", string method = "POST", string path = "/")
    {
        var to = $"good.plain.test:{Ground.Raw}";
        return AskAsync($"{method} http://{to}{path} HTTP/1.1\r\nHost: {to}\r\n{fields}\r\n{body}");
    }

    /// <summary>Opens a tunnel and sends bytes through it.</summary>
    public async Task<string> TunnelAsync(string to, byte[] bytes)
    {
        using var socket = await OpenAsync(Proxy);
        await socket.SendAsync(Bytes($"CONNECT {to} HTTP/1.1\r\n\r\n"));
        var head = await HeadAsync(socket);
        return head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)
            ? $"tunnel, then {await ExchangeAsync(socket, bytes)}"
            : Told(head);
    }

    /// <summary>Asks DNS for a name and sends bytes to the address that it got.</summary>
    public async Task<string> CapturedAsync(string name, int port, byte[] bytes)
    {
        var answer = await DnsAsync(Question.Of(name));
        return await SendAsync(new IPEndPoint(new IPAddress(answer.AsSpan()[^4..]), port), bytes);
    }

    /// <summary>Sends bytes somewhere; what comes back, until it ends.</summary>
    public async Task<string> SendAsync(EndPoint to, byte[] bytes, bool halfClose = true)
    {
        using var socket = await OpenAsync(to);
        return Told(await ExchangeAsync(socket, bytes, halfClose));
    }

    /// <summary>Opens TLS within a tunnel and sends bytes; what comes back, until it ends.</summary>
    public async Task<string> LookedAsync(string text, string host = "api.test", int? port = null, string? name = null)
    {
        var (tls, told) = await TlsAsync(host, port ?? Ground.Secure, name ?? host, SslApplicationProtocol.Http11);
        if (tls is null)
        {
            return told;
        }

        await using (tls)
        {
            await tls.WriteAsync(Bytes(text));
            return Told(await RestAsync(tls));
        }
    }

    /// <summary>Opens TLS within a tunnel; or what came instead.</summary>
    public static async Task<(SslStream? Tls, string Told)> TlsAsync(
        string host,
        int port,
        string name,
        SslApplicationProtocol protocol
    )
    {
        var socket = await OpenAsync(Proxy);
        await socket.SendAsync(Bytes($"CONNECT {host}:{port} HTTP/1.1\r\n\r\n"));
        var head = await HeadAsync(socket);
        if (!head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
        {
            socket.Dispose();
            return (null, Told(head));
        }

        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = name, ApplicationProtocols = [protocol] }
            );
            return (tls, "");
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            await tls.DisposeAsync();
            return (null, $"no TLS: {e.InnerException?.Message ?? e.Message}");
        }
    }

    /// <summary>Sends one datagram to the resolver and waits for its answer.</summary>
    public static async Task<byte[]> DnsAsync(byte[] query)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, 53));
        await socket.SendAsync(query);
        using var limit = new CancellationTokenSource(Limit);
        var answer = new byte[2048];
        return answer[..await socket.ReceiveAsync(answer, limit.Token)];
    }

    /// <summary>Opens a connection.</summary>
    public static async Task<Socket> OpenAsync(EndPoint to)
    {
        var socket =
            to is IPEndPoint
                ? new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
                : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        if (to.AddressFamily == AddressFamily.InterNetworkV6)
        {
            socket.DualMode = true;
        }

        using var limit = new CancellationTokenSource(Limit);
        await socket.ConnectAsync(to, limit.Token);
        return socket;
    }

    /// <summary>The first line of each answer, and how the text of the first begins.</summary>
    public static string Told(string answer)
    {
        if (!answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal))
        {
            return answer;
        }

        // What stands behind one answer is another one: that would be news.
        var answers = answer.Split("HTTP/1.1 ", StringSplitOptions.RemoveEmptyEntries);
        var body = answers[0].IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var text =
            body < 0
                ? ""
                : string.Join(' ', answers[0][(body + 4)..].Split('\n', StringSplitOptions.TrimEntries).Take(3));
        return $"{string.Join(" + ", answers.Select(a => a.Split('\r')[0]))} {text}";
    }

    /// <summary>Text as bytes: UTF-8, so that a name can be what it likes.</summary>
    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>What comes, until it ends, breaks, or nothing came for too long.</summary>
    public static async Task<string> RestAsync(Stream stream)
    {
        var all = new MemoryStream();
        var buffer = new byte[4096];
        using var limit = new CancellationTokenSource(Limit);
        var end = "";
        try
        {
            int read;
            while (all.Length < MostBytes && (read = await stream.ReadAsync(buffer, limit.Token)) > 0)
            {
                all.Write(buffer, 0, read);
            }
        }
        catch (OperationCanceledException)
        {
            end = "nothing more";
        }
        catch (IOException e)
        {
            end = (e.InnerException as SocketException)?.SocketErrorCode.ToString() ?? "broken off";
        }

        var text = Encoding.Latin1.GetString(all.ToArray());
        return text.Length > 0 ? text
            : end.Length > 0 ? end
            : "closed";
    }

    private static async Task<string> ExchangeAsync(Socket socket, byte[] bytes, bool halfClose = true)
    {
        await using var stream = new NetworkStream(socket);
        await socket.SendAsync(bytes);
        // A half-close tells a proxy that nothing more comes; one that has closed already doesn't mind.
        try
        {
            if (halfClose)
            {
                socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (SocketException)
        {
            return "reset";
        }

        return await RestAsync(stream);
    }

    private static async Task<string> HeadAsync(Socket socket)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        using var limit = new CancellationTokenSource(Limit);
        while (await socket.ReceiveAsync(one, limit.Token) > 0)
        {
            head.Append((char)one[0]);
            if (head.Length > 4 && head.ToString(head.Length - 4, 4) == "\r\n\r\n" && head.ToString().Contains(" 200 "))
            {
                break;
            }
        }

        return head.ToString();
    }
}
