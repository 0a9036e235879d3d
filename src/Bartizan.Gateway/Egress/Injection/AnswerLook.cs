using System.IO.Compression;

namespace Bartizan.Gateway.Egress.Injection;

/// <summary>An answer's body as it can be looked through: without the compression that nobody asked for.</summary>
internal static class AnswerLook
{
    /// <summary>The body without its codings; null for one that isn't known.</summary>
    public static Stream? Open(Stream body, IEnumerable<string> codings)
    {
        foreach (var coding in codings.Reverse())
        {
            Stream? unpacked = coding.ToLowerInvariant() switch
            {
                "identity" => body,
                "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress),
                "deflate" => new ZLibStream(body, CompressionMode.Decompress),
                "br" => new BrotliStream(body, CompressionMode.Decompress),
                _ => null,
            };
            if (unpacked is null)
            {
                return null;
            }

            body = unpacked;
        }

        return body;
    }
}
