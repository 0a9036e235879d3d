using System.Buffers;
using System.Text.Json;

namespace Bartizan.Gateway.Tools.Messages;

/// <summary>
/// What a tool server says that the gateway is itself, in both eras: the members that only the newer one has are read by nobody in
/// the older.
/// </summary>
/// <param name="Name">What it calls itself.</param>
internal sealed record OwnServer(string Name)
{
    private const string Usual = "2025-11-25";

    /// <summary>The answer to a client that opens a session.</summary>
    public ReadOnlyMemory<byte> Opened(string id, string? version) =>
        Result(
            id,
            json =>
            {
                json.WriteString(
                    "protocolVersion"u8,
                    version is not null && SessionEra.IsVersion(version) ? version : Usual
                );
                WriteSelf(json);
            }
        );

    /// <summary>The answer to a client of the stateless era.</summary>
    public ReadOnlyMemory<byte> Discovered(string id) =>
        Result(
            id,
            json =>
            {
                json.WriteStartArray("supportedVersions"u8);
                json.WriteStringValue(Stateless.Version);
                json.WriteEndArray();
                WriteFresh(json);
                WriteSelf(json);
            }
        );

    /// <summary>A result without content.</summary>
    public static ReadOnlyMemory<byte> Empty(string id) => Result(id, static _ => { });

    /// <summary>A list of tools.</summary>
    public static ReadOnlyMemory<byte> Tools(string id, Action<Utf8JsonWriter> write) =>
        Result(
            id,
            json =>
            {
                WriteFresh(json);
                json.WriteStartArray("tools"u8);
                write(json);
                json.WriteEndArray();
            }
        );

    /// <summary>What a tool gives: a value, and the same as text.</summary>
    public static ReadOnlyMemory<byte> Given(string id, ReadOnlyMemory<byte> value) =>
        Result(
            id,
            json =>
            {
                WriteText(json, System.Text.Encoding.UTF8.GetString(value.Span));
                json.WritePropertyName("structuredContent"u8);
                json.WriteRawValue(value.Span);
                json.WriteBoolean("isError"u8, false);
            }
        );

    /// <summary>Why a tool gave nothing: a sentence.</summary>
    public static ReadOnlyMemory<byte> Failed(string id, string sentence) =>
        Result(
            id,
            json =>
            {
                WriteText(json, sentence);
                json.WriteBoolean("isError"u8, true);
            }
        );

    private void WriteSelf(Utf8JsonWriter json)
    {
        json.WriteStartObject("capabilities"u8);
        json.WriteStartObject("tools"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("serverInfo"u8);
        json.WriteString("name"u8, Name);
        json.WriteString("version"u8, "1"u8);
        json.WriteEndObject();
    }

    private static void WriteFresh(Utf8JsonWriter json)
    {
        json.WriteNumber("ttlMs"u8, 0);
        json.WriteString("cacheScope"u8, "private"u8);
    }

    private static void WriteText(Utf8JsonWriter json, string text)
    {
        json.WriteStartArray("content"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static ReadOnlyMemory<byte> Result(string id, Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body, RpcError.Readable);
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WritePropertyName("id"u8);
        json.WriteRawValue(id);
        json.WriteStartObject("result"u8);
        json.WriteString("resultType"u8, "complete"u8);
        write(json);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }
}
