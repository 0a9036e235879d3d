using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Bartizan.Guards.Tests.Classifiers;

/// <summary>
/// A classifier on the loopback, byte for byte as a test wants it: it reads whole requests of HTTP/1.1, remembers their bodies, and
/// answers what it is told to, or nothing.
/// </summary>
internal sealed class ScriptedClassifier : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _left;
    private readonly Func<string, string?> _answer;

    /// <summary>Starts one.</summary>
    /// <param name="answer">What is sent for a request's body; null sends nothing and keeps the connection.</param>
    public ScriptedClassifier(Func<string, string?> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Askers that went before they were answered.</summary>
    public int Left => Volatile.Read(ref _left);

    public ConcurrentQueue<string> Bodies { get; } = new();

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/score";

    /// <summary>A whole answer with a body.</summary>
    public static string Json(string body, int? length = null) =>
        $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length ?? Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    /// <summary>One that finds a word.</summary>
    public static ScriptedClassifier Finding(string word) =>
        new(body =>
        {
            using var asked = JsonDocument.Parse(body);
            var text = asked.RootElement.GetProperty("text").GetString()!;
            var at = text.IndexOf(word, StringComparison.Ordinal);
            return Json(
                at < 0
                    ? """{"score":0.02}"""
                    : $$"""{"score":0.97,"label":"order","spans":[[{{at}},{{at + word.Length}}]]}"""
            );
        });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            var stream = client.GetStream();
            while (await ReadAsync(stream) is { } body)
            {
                Bodies.Enqueue(body);
                if (_answer(body) is not { } answer)
                {
                    // Until the other side gives up.
                    await GoneAsync(stream);
                    return;
                }

                await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), _stop.Token);
                if (!answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) || answer.Contains("X-Close"))
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The other side has gone, or the test is over.
        }
    }

    private async Task GoneAsync(NetworkStream stream)
    {
        try
        {
            (await stream.ReadAsync(new byte[1], _stop.Token)).ShouldBe(0);
        }
        finally
        {
            Interlocked.Increment(ref _left);
        }
    }

    private async Task<string?> ReadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        var line = head.ToString()
            .Split("\r\n")
            .First(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        var body = new byte[
            int.Parse(line["Content-Length:".Length..], System.Globalization.CultureInfo.InvariantCulture)
        ];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return Encoding.UTF8.GetString(body);
    }
}
