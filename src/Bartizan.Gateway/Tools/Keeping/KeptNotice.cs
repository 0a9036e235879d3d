using System.Buffers;
using System.Text.Json;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Keeping;

/// <summary>
/// What a server says by the way where a rule keeps only fields of its results: that a call goes on, and how far, and that a list
/// has changed. The texts in it are left out, and log messages as a whole, because they could say what the result may not.
/// </summary>
internal static class KeptNotice
{
    private const string Progress = "notifications/progress";
    private const string Changed = "/list_changed";

    /// <summary>The notification that the client gets; empty for none. <paramref name="isOwn"/>: on the stream of such a call.</summary>
    public static ReadOnlyMemory<byte> Of(Message message, ReadOnlyMemory<byte> bytes, bool isOwn) =>
        message.Method == Progress ? Progressed(message)
        : message.Method == "notifications/message" ? default
        : !isOwn ? bytes
        : message.Method.EndsWith(Changed, StringComparison.Ordinal) ? Write(message.Method, null)
        : default;

    private static ReadOnlyMemory<byte> Progressed(Message message)
    {
        if (
            CallParams.Read(message.Inner) is not { } said
            || said.Member("progressToken") is not { ValueKind: JsonValueKind.String or JsonValueKind.Number } token
        )
        {
            return default;
        }

        return Write(
            message.Method,
            json =>
            {
                json.WritePropertyName("progressToken"u8);
                token.WriteTo(json);
                foreach (var name in (ReadOnlySpan<string>)["progress", "total"])
                {
                    if (said.Member(name) is { ValueKind: JsonValueKind.Number } number)
                    {
                        json.WritePropertyName(name);
                        number.WriteTo(json);
                    }
                }
            }
        );
    }

    private static ReadOnlyMemory<byte> Write(string method, Action<Utf8JsonWriter>? writeParams)
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body, RpcError.Readable);
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WriteString("method"u8, method);
        if (writeParams is not null)
        {
            json.WriteStartObject("params"u8);
            writeParams(json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }
}
