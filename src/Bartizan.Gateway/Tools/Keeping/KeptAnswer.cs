using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Gateway.Tools.Clients;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Keeping;

/// <summary>
/// A server's answer to a call whose rule keeps only fields of its result, made anew from what is known: nothing of the server's
/// own message is passed on but the fields that are named, in the structured result and in JSON texts alike. What isn't JSON,
/// the words of an error, links, images, <c>_meta</c> and members that the protocol doesn't know are left out.
/// </summary>
internal static class KeptAnswer
{
    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = Message.MaxDepth,
    };

    /// <summary>The message that the client gets; null when the server's can be read in more than one way, or has another shape.</summary>
    public static ReadOnlyMemory<byte>? Of(PendingCall call, Message message, KeptFields keep)
    {
        try
        {
            var read = JsonElement.Parse(message.Inner.Span, Strict);
            return read.ValueKind != JsonValueKind.Object ? null
                : message.Kind == MessageKind.Error ? Error(call, read, keep)
                : Result(call, read, keep);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Why something isn't shown.</summary>
    public static string Withheld(KeptFields keep) =>
        $"Bartizan withheld this: its rule keeps only the fields {keep} of what this tool gives, and this isn't JSON that has them.";

    private static ReadOnlyMemory<byte> Error(PendingCall call, JsonElement error, KeptFields keep)
    {
        var code =
            error.TryGetProperty("code", out var said) && said.TryGetInt32(out var number) ? number : RpcError.Failed;
        var says =
            $"the server answered with an error; its words are withheld, because the rule keeps only the fields {keep}";
        return new RpcError(code, $"Bartizan: {says}.").ToMessage(call.Id);
    }

    private static ReadOnlyMemory<byte>? Result(PendingCall call, JsonElement result, KeptFields keep)
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body, RpcError.Readable);
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WritePropertyName("id"u8);
        json.WriteRawValue(call.Id);
        json.WriteStartObject("result"u8);
        if (result.TryGetProperty("resultType", out _))
        {
            // Another type than this one asks for something, and was refused before.
            json.WriteString("resultType"u8, "complete"u8);
        }

        switch (call.Method)
        {
            case Methods.ToolsCall:
                WriteResult(json, result, keep);
                break;
            case Methods.ReadResource:
                WriteResource(json, result, keep);
                break;
            case Methods.Subscribe:
                break;
            default:
                return null;
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }

    private static void WriteResult(Utf8JsonWriter json, JsonElement result, KeptFields keep)
    {
        json.WriteStartArray("content"u8);
        var withheld = false;
        foreach (var item in Items(result, "content"))
        {
            var kept = TextOf(item) is { } text ? KeptText(text, keep) : null;
            if (kept is not null || !withheld)
            {
                WriteText(json, kept ?? Withheld(keep));
            }

            withheld |= kept is null;
        }

        json.WriteEndArray();
        if (result.TryGetProperty("structuredContent", out var structured) && IsTree(structured))
        {
            json.WritePropertyName("structuredContent"u8);
            Write(json, structured, keep);
        }

        if (result.TryGetProperty("isError", out var failed) && failed.ValueKind == JsonValueKind.True)
        {
            json.WriteBoolean("isError"u8, true);
        }
    }

    private static void WriteResource(Utf8JsonWriter json, JsonElement result, KeptFields keep)
    {
        json.WriteStartArray("contents"u8);
        foreach (var item in Items(result, "contents"))
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("uri", out var uri))
            {
                continue;
            }

            var kept =
                item.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String
                    ? KeptText(text.GetString()!, keep)
                    : null;
            json.WriteStartObject();
            json.WriteString("uri"u8, uri.GetString());
            json.WriteString("mimeType"u8, kept is null ? "text/plain"u8 : "application/json"u8);
            json.WriteString("text"u8, kept ?? Withheld(keep));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }

    private static IEnumerable<JsonElement> Items(JsonElement result, string name) =>
        result.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    private static string? TextOf(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object
        && item.TryGetProperty("type", out var type)
        && type.ValueKind == JsonValueKind.String
        && type.ValueEquals("text"u8)
        && item.TryGetProperty("text", out var text)
        && text.ValueKind == JsonValueKind.String
            ? text.GetString()
            : null;

    // Null for what isn't one object or list that is read in one way only.
    private static string? KeptText(string text, KeptFields keep)
    {
        JsonElement read;
        try
        {
            read = JsonElement.Parse(text, Strict);
        }
        catch (JsonException)
        {
            return null;
        }

        if (!IsTree(read))
        {
            return null;
        }

        var kept = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(kept, RpcError.Readable);
        Write(json, read, keep);
        json.Flush();
        return System.Text.Encoding.UTF8.GetString(kept.WrittenSpan);
    }

    // A list is gone through row by row; a row that is no object has no fields, and is left out.
    private static void Write(Utf8JsonWriter json, JsonElement value, KeptFields keep)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            json.WriteStartArray();
            foreach (var row in value.EnumerateArray().Where(IsTree))
            {
                Write(json, row, keep);
            }

            json.WriteEndArray();
            return;
        }

        json.WriteStartObject();
        foreach (var member in value.EnumerateObject())
        {
            if (!keep.TryFind(member.Name, out var below))
            {
                continue;
            }

            if (below is null)
            {
                json.WritePropertyName(member.Name);
                json.WriteRawValue(JsonMarshal.GetRawUtf8Value(member.Value), skipInputValidation: true);
            }
            else if (IsTree(member.Value))
            {
                json.WritePropertyName(member.Name);
                Write(json, member.Value, below);
            }
        }

        json.WriteEndObject();
    }

    private static bool IsTree(JsonElement value) => value.ValueKind is JsonValueKind.Object or JsonValueKind.Array;
}
