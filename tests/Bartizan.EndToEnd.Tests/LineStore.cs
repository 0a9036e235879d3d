using System.Net;
using System.Net.Sockets;

namespace Bartizan.EndToEnd.Tests;

/// <summary>A server outside with a protocol of lines: it greets first, answers each line, and knows when a client was cut off.</summary>
internal sealed class LineStore : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _served;

    public LineStore(IPAddress address)
    {
        _listener = new TcpListener(address, 0);
        _listener.Start();
        _served = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Set when a client's connection was reset.</summary>
    public Task Broken => _broken.Task;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        await _served.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            _ = TalkAsync(await _listener.AcceptTcpClientAsync(_end.Token));
        }
    }

    private async Task TalkAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                var stream = client.GetStream();
                await using var writer = new StreamWriter(stream) { AutoFlush = true, NewLine = "\r\n" };
                using var reader = new StreamReader(stream);
                await writer.WriteLineAsync("+READY");
                while (await reader.ReadLineAsync(_end.Token) is { } line)
                {
                    await writer.WriteLineAsync(line == "PING" ? "+PONG" : $"-NO {line}");
                }
            }
        }
        catch (IOException)
        {
            _broken.TrySetResult();
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
