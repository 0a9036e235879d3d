using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Bartizan.Gateway.Egress;

/// <summary>One chunk of a chunked body (RFC 9112, 7.1), in one send.</summary>
internal static class ChunkedPiece
{
    /// <summary>Hexadecimal length, CR LF before and after.</summary>
    private const int ChunkOverhead = 32;

    public static async ValueTask<bool> TrySendAsync(Socket sink, ReadOnlyMemory<byte> bytes)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(bytes.Length + ChunkOverhead);
        try
        {
            var length = Encoding.ASCII.GetBytes(
                bytes.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n",
                buffer
            );
            bytes.CopyTo(buffer.AsMemory(length));
            length += bytes.Length;
            buffer[length++] = (byte)'\r';
            buffer[length++] = (byte)'\n';
            return await sink.TrySendAsync(buffer.AsMemory(0, length), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
