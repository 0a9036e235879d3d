using System.Buffers;
using System.Text.Json;
using Bartizan.Gateway.Tools.Joined;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Stdio;

/// <summary>
/// Messages made over for a process that several clients share: an id, and a progress token, is the gateway's own on that side,
/// so that no two clients' are the same.
/// </summary>
internal static class StdioMessage
{
    private const string MetaName = "_meta";

    private const string TokenName = "progressToken";

    /// <summary>A request under the gateway's id, which stands for the progress token too; one line.</summary>
    public static ReadOnlyMemory<byte> Request(Message message, CallParams call, string id) =>
        Line(json =>
        {
            json.WritePropertyName("id"u8);
            json.WriteRawValue(id);
            json.WriteString("method"u8, message.Method);
            if (message.Inner.IsEmpty)
            {
                return;
            }

            json.WritePropertyName("params"u8);
            if (TokenOf(call) is null)
            {
                call.Write(json);
                return;
            }

            call.WriteWith(json, MetaName, to => WriteMeta(to, call.Meta, id));
        });

    /// <summary>A message that goes on as it is, on one line.</summary>
    public static ReadOnlyMemory<byte> AsIs(ReadOnlyMemory<byte> message)
    {
        using var document = JsonDocument.Parse(message, new JsonDocumentOptions { MaxDepth = Message.MaxDepth });
        var body = new ArrayBufferWriter<byte>(message.Length);
        using var json = new Utf8JsonWriter(body, RpcError.Readable);
        document.RootElement.WriteTo(json);
        json.Flush();
        return body.WrittenMemory;
    }

    /// <summary>An answer under the client's own id.</summary>
    public static ReadOnlyMemory<byte> Answer(Message message, string id) =>
        Line(json =>
        {
            json.WritePropertyName("id"u8);
            json.WriteRawValue(id);
            json.WritePropertyName(message.Kind == MessageKind.Error ? "error"u8 : "result"u8);
            json.WriteRawValue(message.Inner.Span, skipInputValidation: true);
        });

    /// <summary>A notification with another value for one of its members.</summary>
    public static ReadOnlyMemory<byte> Notification(string method, CallParams said, string member, string value) =>
        Line(json =>
        {
            json.WriteString("method"u8, method);
            json.WritePropertyName("params"u8);
            said.WriteWith(json, member, to => to.WriteRawValue(value));
        });

    /// <summary>That a request is wanted no longer.</summary>
    public static ReadOnlyMemory<byte> Cancel(string id) =>
        JoinedMessage.Notification(
            "notifications/cancelled",
            json =>
            {
                json.WritePropertyName("requestId"u8);
                json.WriteRawValue(id);
            }
        );

    /// <summary>The progress token of a request, as JSON text; null for none.</summary>
    public static string? TokenOf(CallParams call) =>
        call.Meta.ValueKind == JsonValueKind.Object
        && call.Meta.TryGetProperty(TokenName, out var token)
        && token.ValueKind is JsonValueKind.String or JsonValueKind.Number
            ? token.GetRawText()
            : null;

    private static void WriteMeta(Utf8JsonWriter json, JsonElement meta, string token)
    {
        json.WriteStartObject();
        foreach (var member in meta.EnumerateObject())
        {
            if (member.Name != TokenName)
            {
                member.WriteTo(json);
                continue;
            }

            json.WritePropertyName(TokenName);
            json.WriteRawValue(token);
        }

        json.WriteEndObject();
    }

    private static ReadOnlyMemory<byte> Line(Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body, RpcError.Readable);
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        write(json);
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }
}
