using System.Net.Sockets;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>A socket as a stream that begins with what was already read of it: the ClientHello. It doesn't own the socket.</summary>
internal sealed class HelloStream(Socket socket, ReadOnlyMemory<byte> read) : NetworkStream(socket, ownsSocket: false)
{
    private ReadOnlyMemory<byte> _read = read;

    public override int Read(Span<byte> buffer) => _read.IsEmpty ? base.Read(buffer) : Take(buffer);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _read.IsEmpty ? base.ReadAsync(buffer, cancellationToken) : new ValueTask<int>(Take(buffer.Span));

    private int Take(Span<byte> buffer)
    {
        var taken = Math.Min(buffer.Length, _read.Length);
        _read.Span[..taken].CopyTo(buffer);
        _read = _read[taken..];
        return taken;
    }
}
