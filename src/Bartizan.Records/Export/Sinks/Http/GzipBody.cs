using System.IO.Compression;
using System.Net.Http.Headers;

namespace Bartizan.Records.Export.Sinks.Http;

/// <summary>A compressed body.</summary>
internal static class GzipBody
{
    /// <summary>Compresses it, lightly: the processor is shared with the gateways.</summary>
    public static ByteArrayContent Of(ReadOnlySpan<byte> body, string mediaType)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(body);
        }

        var content = new ByteArrayContent(zipped.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        content.Headers.ContentEncoding.Add("gzip");
        return content;
    }
}
