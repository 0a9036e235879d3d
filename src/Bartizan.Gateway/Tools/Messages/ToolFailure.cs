using System.Buffers;
using System.Text.Json;

namespace Bartizan.Gateway.Tools.Messages;

/// <summary>
/// A call whose arguments don't fit, as the specification has it: a result that says it failed, so that a model reads why and
/// tries again, and no error of the protocol.
/// </summary>
internal static class ToolFailure
{
    /// <summary>The result as a message.</summary>
    public static ReadOnlyMemory<byte> ToMessage(string id, string says, bool stateless)
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body, RpcError.Readable);
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WritePropertyName("id"u8);
        json.WriteRawValue(id);
        json.WriteStartObject("result"u8);
        if (stateless)
        {
            json.WriteString("resultType"u8, "complete"u8);
        }

        json.WriteStartArray("content"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, says);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteBoolean("isError"u8, true);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }
}
