using System.Buffers;
using System.Text.Json;

namespace Bartizan.Gateway.Readers;

/// <summary>A reader's request in the format of one provider.</summary>
/// <param name="Path">Its path at the model gateway.</param>
/// <param name="Headers">What the format asks for.</param>
/// <param name="Body">Its body.</param>
internal sealed record ReadingRequest(
    string Path,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    ReadOnlyMemory<byte> Body
)
{
    /// <summary>Makes one.</summary>
    public static ReadingRequest Of(
        string path,
        Action<Utf8JsonWriter> write,
        params KeyValuePair<string, string>[] headers
    )
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.Flush();
        return new ReadingRequest(path, headers, body.WrittenMemory);
    }
}
