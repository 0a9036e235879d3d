using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Joined;

/// <summary>
/// Messages made over where all servers share one endpoint: what is a server's own name on one side is a joined one on the other.
/// </summary>
internal static class JoinedMessage
{
    /// <summary>A client's request with another value for one of its parameters.</summary>
    public static Posted With(Posted posted, string name, Action<Utf8JsonWriter> write)
    {
        var (start, length) = (0, 0);
        var body = Write(json =>
        {
            json.WritePropertyName("id"u8);
            json.WriteRawValue(posted.Message.Id);
            json.WriteString("method"u8, posted.Message.Method);
            json.WritePropertyName("params"u8);
            json.Flush();
            start = (int)json.BytesCommitted;
            posted.Call!.WriteWith(json, name, write);
            json.Flush();
            length = (int)json.BytesCommitted - start;
        });
        return posted with
        {
            Body = body,
            Message = posted.Message with { Inner = body.Slice(start, length) },
            Call = CallParams.Read(body.Slice(start, length)),
        };
    }

    /// <summary>The parameters of a list's request for a page; null for the first.</summary>
    public static ReadOnlyMemory<byte> Page(Posted posted, string? cursor) =>
        cursor is null
            ? posted.Message.Inner
            : With(posted, "cursor", json => json.WriteStringValue(cursor)).Message.Inner;

    /// <summary>A server's question under an id that says who asks; empty when the id would be too long to come back.</summary>
    public static ReadOnlyMemory<byte> Asked(string server, Message message)
    {
        var id = JoinedName.IdOf(server, message.Id);
        return id.Length > Message.MaxIdLength
            ? default
            : Write(json =>
            {
                json.WritePropertyName("id"u8);
                json.WriteRawValue(id);
                json.WriteString("method"u8, message.Method);
                WriteInner(json, "params", message.Inner);
            });
    }

    /// <summary>A client's answer to a server's question, under the server's own id.</summary>
    public static Posted Replied(Posted posted, string id) =>
        posted with
        {
            Body = Write(json =>
            {
                json.WritePropertyName("id"u8);
                json.WriteRawValue(id);
                WriteInner(json, posted.Message.Kind == MessageKind.Error ? "error" : "result", posted.Message.Inner);
            }),
            Message = posted.Message with { Id = id },
        };

    /// <summary>A server's notification, in which a resource is called as it is here.</summary>
    public static ReadOnlyMemory<byte> Said(string server, Message message, ReadOnlyMemory<byte> bytes)
    {
        if (message.Method != Methods.Updated)
        {
            return bytes;
        }

        return CallParams.Read(message.Inner) is { } said && said.Text("uri") is { } uri && JoinedName.HasUris(server)
            ? Write(json =>
            {
                json.WriteString("method"u8, message.Method);
                json.WritePropertyName("params"u8);
                said.WriteWith(json, "uri", to => to.WriteStringValue(JoinedName.UriOf(server, uri)));
            })
            : default;
    }

    /// <summary>A request of the gateway's own.</summary>
    public static ReadOnlyMemory<byte> Request(string id, string method, ReadOnlyMemory<byte> inner) =>
        Write(json =>
        {
            json.WritePropertyName("id"u8);
            json.WriteRawValue(id);
            json.WriteString("method"u8, method);
            WriteInner(json, "params", inner);
        });

    /// <summary>An answer.</summary>
    public static ReadOnlyMemory<byte> Result(string id, Action<Utf8JsonWriter> write) =>
        Write(json =>
        {
            json.WritePropertyName("id"u8);
            json.WriteRawValue(id);
            json.WriteStartObject("result"u8);
            write(json);
            json.WriteEndObject();
        });

    /// <summary>An answer whose result, or error, is there already.</summary>
    public static ReadOnlyMemory<byte> Answer(string id, string member, ReadOnlyMemory<byte> inner) =>
        Write(json =>
        {
            json.WritePropertyName("id"u8);
            json.WriteRawValue(id);
            WriteInner(json, member, inner);
        });

    /// <summary>A notification.</summary>
    public static ReadOnlyMemory<byte> Notification(string method, Action<Utf8JsonWriter>? write = null) =>
        Write(json =>
        {
            json.WriteString("method"u8, method);
            if (write is not null)
            {
                json.WriteStartObject("params"u8);
                write(json);
                json.WriteEndObject();
            }
        });

    /// <summary>A value as it stands.</summary>
    public static void WriteAsIs(Utf8JsonWriter json, JsonElement value) =>
        json.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);

    private static void WriteInner(Utf8JsonWriter json, string name, ReadOnlyMemory<byte> inner)
    {
        if (!inner.IsEmpty)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(inner.Span, skipInputValidation: true);
        }
    }

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
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
