using System.Text.Json;
using Bartizan.Gateway.Tools.Clients;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools;

/// <summary>Errors of servers, as their clients see them and as entries name them.</summary>
internal static class ServerErrors
{
    /// <summary>What a client hears of an answer that guards or people keep from it: it must not try again what has happened.</summary>
    public const string KeptBack =
        "Bartizan kept the answer back: a guard objects to the content. "
        + "The call itself was made; only its answer is kept from you.";

    /// <summary>An error that names no request, as the answer to the one that it is about.</summary>
    public static ReadOnlyMemory<byte> MessageOf(PendingCall call, ReadOnlyMemory<byte> error)
    {
        var body = new System.Buffers.ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WritePropertyName("id"u8);
        json.WriteRawValue(call.Id);
        json.WritePropertyName("error"u8);
        json.WriteRawValue(error.Span);
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }

    /// <summary>The error's code, for an outcome.</summary>
    public static string CodeOf(ReadOnlyMemory<byte> error)
    {
        using var document = JsonDocument.Parse(error);
        return
            document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("code", out var code)
            && code.TryGetInt32(out var number)
            ? new RpcError(number, "").ToString()
            : "without a code";
    }
}
