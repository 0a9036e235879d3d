using System.Buffers;
using System.Globalization;
using System.Text;
using Bartizan.Core.Exports;
using Bartizan.Records.Export.Formats;

namespace Bartizan.Records.Export.Sinks.Syslog;

/// <summary>
/// A syslog server: TLS (RFC 5425), or TCP and UDP on this machine. Frames are counted in octets (RFC 6587, section 3.4.1), never ended
/// by a character. Syslog has no acknowledgement: a batch counts when the connection held after it, and is sent again when it
/// broke.
/// </summary>
internal sealed class SyslogSink(SinkSettings settings, TimeProvider clock) : ISink
{
    private readonly SyslogFormat _format = new(settings);
    private readonly Uri _url =
        settings.Url ?? throw new ArgumentException("a sink of this kind has an address", nameof(settings));

    private SyslogConnection? _connection;

    /// <inheritdoc/>
    public SinkBounds Bounds { get; } = new(500, 1 << 20);

    /// <inheritdoc/>
    public bool ConfirmsLate => true;

    /// <inheritdoc/>
    public void Write(ExportedEntry entry, IBufferWriter<byte> output) => _format.Write(entry, output);

    /// <inheritdoc/>
    public async Task<SinkAnswer> SendAsync(IReadOnlyList<SinkItem> batch, CancellationToken cancellationToken)
    {
        if (_connection is { IsOpen: false })
        {
            await CloseAsync().ConfigureAwait(false);
            return SinkAnswer.Broken($"`{_url.Authority}` closed the connection");
        }

        _connection ??= await SyslogConnection
            .OpenAsync(_url, settings.CertificateAuthority, clock, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            if (_connection.IsOfDatagrams)
            {
                foreach (var item in batch)
                {
                    await _connection.WriteAsync(item.Bytes, cancellationToken).ConfigureAwait(false);
                }
            }
            else
            {
                await _connection.WriteAsync(Frames(batch), cancellationToken).ConfigureAwait(false);
            }

            return SinkAnswer.Taken;
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            await CloseAsync().ConfigureAwait(false);
            return SinkAnswer.Broken($"`{_url.Authority}`: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public bool IsHolding() => _connection is { IsOpen: true };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    private async Task CloseAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static byte[] Frames(IReadOnlyList<SinkItem> batch)
    {
        using var frames = new MemoryStream();
        foreach (var item in batch)
        {
            frames.Write(Encoding.ASCII.GetBytes(item.Bytes.Length.ToString(CultureInfo.InvariantCulture) + " "));
            frames.Write(item.Bytes.Span);
        }

        return frames.ToArray();
    }
}
