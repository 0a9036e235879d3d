using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Bartizan.Interception.Bench;

/// <summary>Connections that are kept, each asking for one file after the other, directly or through a proxy.</summary>
internal static class Load
{
    private const int BufferBytes = 256 * 1024;

    /// <summary>Requests a second over a while.</summary>
    public static async Task<double> RunAsync(
        IPEndPoint? proxy,
        IPEndPoint origin,
        string path,
        int connections,
        TimeSpan time
    )
    {
        var streams = new List<Stream>();
        for (var i = 0; i < connections; i++)
        {
            streams.Add(await OpenAsync(proxy, origin));
        }

        var from = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(streams.Select(s => AskAsync(s, origin, path, from, time)));
        var seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        foreach (var stream in streams)
        {
            await stream.DisposeAsync();
        }

        return counts.Sum() / seconds;
    }

    private static async Task<Stream> OpenAsync(IPEndPoint? proxy, IPEndPoint origin)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(proxy ?? origin);
        var plain = new NetworkStream(socket, ownsSocket: true);
        if (proxy is not null)
        {
            await plain.WriteAsync(
                Encoding.ASCII.GetBytes(
                    $"CONNECT localhost:{origin.Port} HTTP/1.1\r\nHost: localhost:{origin.Port}\r\n\r\n"
                )
            );
            var answer = new byte[4096];
            var got = 0;
            while (!answer.AsSpan(0, got).EndsWith("\r\n\r\n"u8))
            {
                var read = await plain.ReadAsync(answer.AsMemory(got));
                got += read > 0 ? read : throw new IOException("the proxy hung up");
            }

            if (
                !answer.AsSpan(0, got).StartsWith("HTTP/1.1 200"u8)
                && !answer.AsSpan(0, got).StartsWith("HTTP/1.0 200"u8)
            )
            {
                throw new IOException(Encoding.ASCII.GetString(answer, 0, got));
            }
        }

        // Whom to trust isn't what is measured; the proxies verify the origin by its authority.
        var stream = new SslStream(plain, false, static (_, certificate, _, _) => certificate is not null);
        await stream.AuthenticateAsClientAsync("localhost");
        return stream;
    }

    private static async Task<long> AskAsync(Stream stream, IPEndPoint origin, string path, long from, TimeSpan time)
    {
        var request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost:{origin.Port}\r\n\r\n");
        var buffer = new byte[BufferBytes];
        var count = 0L;
        while (Stopwatch.GetElapsedTime(from) < time)
        {
            await stream.WriteAsync(request);
            await AnswerAsync(stream, buffer);
            count++;
        }

        return count;
    }

    private static async ValueTask AnswerAsync(Stream stream, byte[] buffer)
    {
        var (got, end) = (0, -1);
        while ((end = buffer.AsSpan(0, got).IndexOf("\r\n\r\n"u8)) < 0)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(got));
            got += read > 0 ? read : throw new IOException("the answer has no end");
        }

        var head = Encoding.ASCII.GetString(buffer, 0, end);
        if (!head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
        {
            throw new IOException(head);
        }

        const string Field = "Content-Length: ";
        var at = head.IndexOf(Field, StringComparison.OrdinalIgnoreCase) + Field.Length;
        var stop = head.IndexOf('\r', at);
        var left = long.Parse(
            stop < 0 ? head[at..] : head[at..stop],
            System.Globalization.CultureInfo.InvariantCulture
        );
        for (left -= got - end - 4; left > 0; )
        {
            var read = await stream.ReadAsync(buffer);
            left -= read > 0 ? read : throw new IOException("the answer ends early");
        }
    }
}
