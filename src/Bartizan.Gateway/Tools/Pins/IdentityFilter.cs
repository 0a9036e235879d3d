using System.Buffers;
using System.Text.Json;
using Bartizan.Core.Pins;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Pins;

/// <summary>
/// What a server says of itself and to the model when it is opened: where nobody has seen it, the client gets the server's name in the
/// manifest and nothing of the server's own words.
/// </summary>
internal static class IdentityFilter
{
    private const string InfoOfMeta = "io.modelcontextprotocol/serverInfo";

    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = Message.MaxDepth,
    };

    /// <summary>The identity in an answer to <c>initialize</c> or <c>server/discover</c>; null when it can't be read.</summary>
    public static ServerIdentity? Read(JsonElement result)
    {
        if (result.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        return ServerIdentity.Of(InfoOf(result), result.TryGetProperty("instructions", out var said) ? said : default);
    }

    /// <summary>Judges an answer and returns it, without the server's words where they aren't seen; null when it can't be read.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>?> FilterAsync(
        ServerPins pins,
        string server,
        string id,
        ReadOnlyMemory<byte> whole,
        ReadOnlyMemory<byte> inner,
        CancellationToken cancellationToken
    )
    {
        JsonElement result;
        try
        {
            result = JsonElement.Parse(inner.Span, Strict);
        }
        catch (JsonException)
        {
            return null;
        }

        var verdict = await pins.JudgeAsync(Read(result), cancellationToken).ConfigureAwait(false);
        return verdict.IsTrusted ? whole
            : result.ValueKind == JsonValueKind.Object ? Without(result, server, id)
            : null;
    }

    private static JsonElement InfoOf(JsonElement result) =>
        result.TryGetProperty("serverInfo", out var info) ? info
        : result.TryGetProperty("_meta", out var meta)
        && meta.ValueKind == JsonValueKind.Object
        && meta.TryGetProperty(InfoOfMeta, out var said)
            ? said
        : default;

    private static ReadOnlyMemory<byte> Without(JsonElement result, string server, string id)
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body, RpcError.Readable);
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WritePropertyName("id"u8);
        json.WriteRawValue(id);
        json.WriteStartObject("result"u8);
        foreach (var member in result.EnumerateObject())
        {
            switch (member.Name)
            {
                case "instructions":
                    break;
                case "serverInfo":
                    WriteInfo(json, member.Name, server);
                    break;
                case "_meta":
                    json.WriteStartObject(member.Name);
                    WriteInfo(json, InfoOfMeta, server);
                    json.WriteEndObject();
                    break;
                default:
                    member.WriteTo(json);
                    break;
            }
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }

    private static void WriteInfo(Utf8JsonWriter json, string name, string server)
    {
        json.WriteStartObject(name);
        json.WriteString("name"u8, server);
        json.WriteString("version"u8, "unseen"u8);
        json.WriteEndObject();
    }
}
