using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Transport;

/// <summary>
/// Reads a request body whole, within bounds, and decoded: what was inspected is, octet for octet, what is sent on, so the
/// upstream never decodes anything that a guard didn't see.
/// </summary>
internal static class RequestBody
{
    /// <summary>Memory taken before a byte has come, whatever length is announced.</summary>
    private const int FirstBytes = 64 << 10;

    private static readonly Result TooLarge = new(default, 413, "the request body is larger than this gateway takes");
    private static readonly Result TooMany = new(default, 429, "too many request bodies of this session are under way");

    /// <summary>Reads it. <paramref name="reserve"/> is asked for each piece of memory.</summary>
    public static async ValueTask<Result> ReadAsync(
        HttpRequest request,
        int maxBytes,
        Func<long, bool> reserve,
        CancellationToken cancellationToken
    )
    {
        if (request.ContentLength > maxBytes)
        {
            return TooLarge;
        }

        var buffer = new byte[Math.Min(request.ContentLength ?? FirstBytes, FirstBytes)];
        if (!reserve(buffer.Length))
        {
            return TooMany;
        }

        var filled = 0;
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var length = checked((int)Math.Min(read.Buffer.Length, int.MaxValue));
            if (filled + (long)length > maxBytes)
            {
                return TooLarge;
            }

            if (filled + length > buffer.Length)
            {
                var size = Math.Max(filled + length, Math.Min(buffer.Length * 2, maxBytes));
                size =
                    request.ContentLength is { } known && known >= filled + length ? (int)Math.Min(size, known) : size;
                if (!reserve(size - buffer.Length))
                {
                    return TooMany;
                }

                Array.Resize(ref buffer, size);
            }

            read.Buffer.CopyTo(buffer.AsSpan(filled));
            filled += length;
            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return Decode(request, buffer.AsMemory(0, filled), maxBytes, reserve);
            }
        }
    }

    private static Result Decode(HttpRequest request, ReadOnlyMemory<byte> body, int maxBytes, Func<long, bool> reserve)
    {
        var encodings = request.Headers.ContentEncoding;
        var encoding = encodings.Count > 1 ? "?" : encodings.ToString().Trim().ToLowerInvariant();
        if (encoding is "" or "identity")
        {
            return new(body);
        }

        using var source = new MemoryStream(body.ToArray(), writable: false);
        using Stream? decoder = encoding switch
        {
            "gzip" or "x-gzip" => new GZipStream(source, CompressionMode.Decompress),
            "deflate" => new ZLibStream(source, CompressionMode.Decompress),
            "br" => new BrotliStream(source, CompressionMode.Decompress),
            _ => null,
        };
        if (decoder is null)
        {
            return new(default, 415, "the request body's content-encoding is not one of `gzip`, `deflate`, `br`");
        }

        var piece = ArrayPool<byte>.Shared.Rent(FirstBytes);
        try
        {
            using var decoded = new MemoryStream();
            for (int n; (n = decoder.Read(piece)) > 0; )
            {
                if (decoded.Length + n > maxBytes)
                {
                    return TooLarge;
                }

                if (!reserve(n))
                {
                    return TooMany;
                }

                decoded.Write(piece, 0, n);
            }

            return new(decoded.ToArray());
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or IOException)
        {
            return new(default, 400, "the request body can't be decoded by its content-encoding");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>The body, or the status and sentence of a refusal.</summary>
    internal readonly record struct Result(ReadOnlyMemory<byte> Body, int Status = 0, string Problem = "");
}
