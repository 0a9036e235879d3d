using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bartizan.Daemon.SelfTest;

/// <summary>
/// Servers on the host's loopback that write down whatever reaches them and answer. Reaching one of them is what an attempt
/// tries to do where it must not, and what its control does where it may.
/// </summary>
internal sealed class CanaryUpstream : IAsyncDisposable
{
    /// <summary>A connection's first bytes hold every marker; a flood's rest is thrown away.</summary>
    private const int MaxKeptBytes = 64 * 1024;

    private static readonly byte[] Answer = Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\ncanary"
    );

    private readonly CancellationTokenSource _ended = new();
    private readonly List<Socket> _listeners = [];
    private readonly List<Task> _tasks = [];
    private readonly Lock _lock = new();
    private readonly List<Visit> _visits = [];

    /// <summary>Called with each visit whose bytes grew; never blocks.</summary>
    public Action<Visit>? Seen { get; set; }

    /// <summary>Where a redirect of the canary leads.</summary>
    public string RedirectTo { get; set; } = "";

    /// <summary>Listens at a loopback address; 0 when the port can't be had.</summary>
    public int Listen(IPAddress address, int port, CanaryManner manner)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
        }
        catch (SocketException)
        {
            socket.Dispose();
            return 0;
        }

        lock (_lock)
        {
            _listeners.Add(socket);
            _tasks.Add(AcceptAsync(socket, manner));
        }

        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>True when a visit carried the marker.</summary>
    public bool Saw(string marker) => Received(marker).Length > 0;

    /// <summary>What the first visit with the marker carried, as Latin-1; empty for none.</summary>
    public string Received(string marker)
    {
        lock (_lock)
        {
            return _visits.Select(v => v.Text).FirstOrDefault(t => t.Contains(marker, StringComparison.Ordinal)) ?? "";
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        Task[] tasks;
        lock (_lock)
        {
            _listeners.ForEach(l => l.Dispose());
            tasks = [.. _tasks];
        }

        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
    }

    private async Task AcceptAsync(Socket listener, CanaryManner manner)
    {
        while (!_ended.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(_ended.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                return;
            }

            lock (_lock)
            {
                _tasks.Add(ServeAsync(socket, manner));
            }
        }
    }

    private async Task ServeAsync(Socket socket, CanaryManner manner)
    {
        var visit = new Visit();
        lock (_lock)
        {
            _visits.Add(visit);
        }

        using (socket)
        {
            try
            {
                if (manner == CanaryManner.Deaf)
                {
                    await Task.Delay(Timeout.Infinite, _ended.Token).ConfigureAwait(false);
                }

                var buffer = new byte[16384];
                int read;
                while ((read = await socket.ReceiveAsync(buffer, _ended.Token).ConfigureAwait(false)) > 0)
                {
                    visit.Add(buffer.AsSpan(0, read), MaxKeptBytes);
                    Seen?.Invoke(visit);
                    if (manner == CanaryManner.Http && visit.Text.Contains("\r\n\r\n", StringComparison.Ordinal))
                    {
                        await socket.SendAsync(AnswerTo(visit.Text), _ended.Token).ConfigureAwait(false);
                        return;
                    }
                }
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // A cut connection is what some attempts are about.
            }
            finally
            {
                visit.End();
            }
        }
    }

    private byte[] AnswerTo(string request) =>
        request.Contains("/redirect", StringComparison.Ordinal)
            ? Encoding.ASCII.GetBytes(
                $"HTTP/1.1 302 Found\r\nLocation: {RedirectTo}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            : Answer;
}
