using System.Buffers;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Readers;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Readers;

/// <summary>
/// What the readers' server says, in both eras: the members that only the newer one has are read by nobody in the older.
/// </summary>
internal static class ReaderMessages
{
    private const string Usual = "2025-11-25";

    /// <summary>The answer to a client that opens a session.</summary>
    public static ReadOnlyMemory<byte> Opened(string id, string? version) =>
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
    public static ReadOnlyMemory<byte> Discovered(string id) =>
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

    /// <summary>The list of the readers.</summary>
    public static ReadOnlyMemory<byte> Tools(string id, IEnumerable<ReaderTerms> readers) =>
        Result(
            id,
            json =>
            {
                WriteFresh(json);
                json.WriteStartArray("tools"u8);
                foreach (var reader in readers)
                {
                    WriteTool(json, reader);
                }

                json.WriteEndArray();
            }
        );

    /// <summary>The values of a reading.</summary>
    public static ReadOnlyMemory<byte> Given(string id, ReadOnlyMemory<byte> values) =>
        Result(
            id,
            json =>
            {
                WriteText(json, Encoding.UTF8.GetString(values.Span));
                json.WritePropertyName("structuredContent"u8);
                json.WriteRawValue(values.Span);
                json.WriteBoolean("isError"u8, false);
            }
        );

    /// <summary>How a reading ended that gave nothing: a fixed sentence.</summary>
    public static ReadOnlyMemory<byte> Failed(string id, ReadingEnd end) =>
        Result(
            id,
            json =>
            {
                WriteText(json, Sentence(end));
                json.WriteBoolean("isError"u8, true);
            }
        );

    private static string Sentence(ReadingEnd end) =>
        end switch
        {
            ReadingEnd.NothingToRead =>
                "The reader has nothing to read: its source was refused, failed or gave no text.",
            ReadingEnd.NoAnswer => "The reader's model was refused or gave no answer.",
            ReadingEnd.Misfit => "What was read has no values of the reader's shape.",
            ReadingEnd.Busy => "Too many readings of this session are under way; wait for one of them.",
            ReadingEnd.Late => "The reading took too long.",
            _ => "The reading failed.",
        };

    private static void WriteTool(Utf8JsonWriter json, ReaderTerms reader)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, reader.Name);
        json.WriteString(
            "description"u8,
            $"{reader.Description}{(reader.Description.Length == 0 ? "" : " ")}Reads the result of `{reader.Source.Text}`, called "
                + "with these arguments, and gives values only: "
                + string.Join(", ", reader.Gives.Select(one => one.Name))
                + "."
        );
        json.WriteStartObject("inputSchema"u8);
        json.WriteString("type"u8, "object"u8);
        json.WriteString("description"u8, $"The arguments of `{reader.Source.Text}`.");
        json.WriteEndObject();
        json.WriteStartObject("outputSchema"u8);
        json.WriteString("type"u8, "object"u8);
        json.WriteStartObject("properties"u8);
        foreach (var given in reader.Gives)
        {
            json.WriteStartObject(given.Name);
            json.WriteString("type"u8, TypeOf(given.Kind));
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartArray("required"u8);
        foreach (var given in reader.Gives.Where(one => !one.Demands.Optional))
        {
            json.WriteStringValue(given.Name);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string TypeOf(GivenKind kind) =>
        kind switch
        {
            GivenKind.Boolean => "boolean",
            GivenKind.Integer => "integer",
            GivenKind.Number => "number",
            _ => "string",
        };

    private static void WriteSelf(Utf8JsonWriter json)
    {
        json.WriteStartObject("capabilities"u8);
        json.WriteStartObject("tools"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject("serverInfo"u8);
        json.WriteString("name"u8, "bartizan-readers"u8);
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
