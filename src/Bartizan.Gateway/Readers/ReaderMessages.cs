using System.Text.Json;
using Bartizan.Core.Readers;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Readers;

/// <summary>What the readers' server says of its tools.</summary>
internal static class ReaderMessages
{
    /// <summary>What the server calls itself.</summary>
    public static OwnServer Server { get; } = new("bartizan-readers");

    /// <summary>The list of the readers.</summary>
    public static ReadOnlyMemory<byte> Tools(string id, IEnumerable<ReaderTerms> readers) =>
        OwnServer.Tools(
            id,
            json =>
            {
                foreach (var reader in readers)
                {
                    WriteTool(json, reader);
                }
            }
        );

    /// <summary>How a reading ended that gave nothing: a fixed sentence.</summary>
    public static ReadOnlyMemory<byte> Failed(string id, ReadingEnd end) => OwnServer.Failed(id, Sentence(end));

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
}
