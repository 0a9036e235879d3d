using System.Net.Security;
using System.Net.Sockets;

namespace Bartizan.Records.Export.Sinks.Syslog;

/// <summary>One connection to a syslog server. It listens too: a server that closes is noticed before the next message.</summary>
internal sealed class SyslogConnection : IAsyncDisposable
{
    // A name, three packets and a handshake.
    private static readonly TimeSpan s_connectWithin = TimeSpan.FromSeconds(60);

    // A server that takes nothing for so long is as good as gone.
    private static readonly TimeSpan s_writeWithin = TimeSpan.FromSeconds(60);

    private readonly Socket _socket;
    private readonly Stream? _stream;
    private readonly TimeProvider _clock;
    private readonly Task _listening;
    private bool _closed;

    private SyslogConnection(Socket socket, Stream? stream, TimeProvider clock)
    {
        _socket = socket;
        _stream = stream;
        _clock = clock;
        _listening = stream is null ? Task.CompletedTask : ListenAsync(stream);
    }

    /// <summary>False when the server closed it.</summary>
    public bool IsOpen => !Volatile.Read(ref _closed);

    /// <summary>True for UDP, where each message is a datagram of its own.</summary>
    public bool IsOfDatagrams => _stream is null;

    public static async Task<SyslogConnection> OpenAsync(
        Uri url,
        string? authority,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        using var limit = new CancellationTokenSource(s_connectWithin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var isUdp = url.Scheme == "udp";
        var socket = isUdp
            ? new Socket(SocketType.Dgram, ProtocolType.Udp)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(url.IdnHost, url.Port, either.Token).ConfigureAwait(false);
            if (isUdp)
            {
                return new SyslogConnection(socket, null, clock);
            }

            stream = new NetworkStream(socket, ownsSocket: true);
            if (url.Scheme == "tls")
            {
                var tls = new SslStream(stream);
                stream = tls;
                var options = new SslClientAuthenticationOptions { TargetHost = url.IdnHost };
                if (authority is not null)
                {
                    options.CertificateChainPolicy = SinkAuthority.Trust(authority);
                }

                await tls.AuthenticateAsClientAsync(options, either.Token).ConfigureAwait(false);
            }

            return new SyslogConnection(socket, stream, clock);
        }
        catch (Exception e)
        {
            if (stream is not null)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }

            socket.Dispose();
            if (e is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            throw new IOException($"`{url.Authority}` can't be reached: {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    /// <summary>Writes it whole.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(s_writeWithin, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (_stream is null)
            {
                await _socket.SendAsync(bytes, either.Token).ConfigureAwait(false);
                return;
            }

            await _stream.WriteAsync(bytes, either.Token).ConfigureAwait(false);
            await _stream.FlushAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException("it took nothing more", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stream is SslStream tls && IsOpen)
        {
            // Says goodbye, so that the server doesn't take the end for an attack that cut the connection (truncation).
            await tls.ShutdownAsync()
                .WaitAsync(TimeSpan.FromSeconds(1), TimeProvider.System)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (_stream is not null)
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
        }

        _socket.Dispose();
        await _listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ListenAsync(Stream stream)
    {
        var chunk = new byte[256];
        try
        {
            // Nothing is said by a syslog server; whatever comes is not for us.
            while (await stream.ReadAsync(chunk).ConfigureAwait(false) > 0) { }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException) { }

        Volatile.Write(ref _closed, true);
    }
}
