using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bartizan.Records.Tests.Export;

/// <summary>
/// Reads OTLP's protobuf by the numbers of <c>opentelemetry/proto</c>, and gives it back as the JSON of OTLP: written from the .proto
/// files, sharing nothing with the writer. An unknown field, a wrong wire type or a byte too many throws.
/// </summary>
internal static class ProtoReader
{
    private static readonly Message s_any = new("AnyValue");
    private static readonly Message s_keyValue = new("KeyValue");
    private static readonly Message s_resource = new("Resource");
    private static readonly Message s_scope = new("InstrumentationScope");

    static ProtoReader()
    {
        s_any
            .Add(1, "stringValue", Kind.Text)
            .Add(2, "boolValue", Kind.Truth)
            .Add(3, "intValue", Kind.Long)
            .Add(
                5,
                "arrayValue",
                Kind.Message,
                new Message("ArrayValue").Add(1, "values", Kind.Message, s_any, repeated: true)
            );
        s_keyValue.Add(1, "key", Kind.Text).Add(2, "value", Kind.Message, s_any);
        s_resource.Add(1, "attributes", Kind.Message, s_keyValue, repeated: true);
        s_scope.Add(1, "name", Kind.Text).Add(2, "version", Kind.Text);
    }

    /// <summary>An <c>ExportLogsServiceRequest</c>.</summary>
    public static JsonElement Logs(byte[] body) =>
        Request(
            body,
            "Logs",
            "logRecords",
            new Message("LogRecord")
                .Add(1, "timeUnixNano", Kind.Fixed64)
                .Add(2, "severityNumber", Kind.Int)
                .Add(3, "severityText", Kind.Text)
                .Add(5, "body", Kind.Message, s_any)
                .Add(6, "attributes", Kind.Message, s_keyValue, repeated: true)
                .Add(9, "traceId", Kind.Hex)
                .Add(10, "spanId", Kind.Hex)
                .Add(11, "observedTimeUnixNano", Kind.Fixed64)
                .Add(12, "eventName", Kind.Text)
        );

    /// <summary>An <c>ExportTraceServiceRequest</c>.</summary>
    public static JsonElement Traces(byte[] body) =>
        Request(
            body,
            "Spans",
            "spans",
            new Message("Span")
                .Add(1, "traceId", Kind.Hex)
                .Add(2, "spanId", Kind.Hex)
                .Add(4, "parentSpanId", Kind.Hex)
                .Add(5, "name", Kind.Text)
                .Add(6, "kind", Kind.Int)
                .Add(7, "startTimeUnixNano", Kind.Fixed64)
                .Add(8, "endTimeUnixNano", Kind.Fixed64)
                .Add(9, "attributes", Kind.Message, s_keyValue, repeated: true)
                .Add(
                    15,
                    "status",
                    Kind.Message,
                    new Message("Status").Add(2, "message", Kind.Text).Add(3, "code", Kind.Int)
                )
        );

    private static JsonElement Request(byte[] body, string signal, string items, Message item)
    {
        var scoped = new Message($"Scope{signal}")
            .Add(1, "scope", Kind.Message, s_scope)
            .Add(2, items, Kind.Message, item, repeated: true);
        var ofResource = new Message($"Resource{signal}")
            .Add(1, "resource", Kind.Message, s_resource)
            .Add(2, $"scope{signal}", Kind.Message, scoped, repeated: true);
        var request = new Message("Request").Add(1, $"resource{signal}", Kind.Message, ofResource, repeated: true);
        return JsonSerializer.SerializeToElement(Read(body, request));
    }

    private static JsonObject Read(ReadOnlySpan<byte> bytes, Message message)
    {
        var json = new JsonObject();
        while (bytes.Length > 0)
        {
            var tag = Varint(ref bytes);
            if (!message.Fields.TryGetValue((int)(tag >> 3), out var field))
            {
                throw new FormatException($"{message.Name} has no field {tag >> 3}");
            }

            var wire = (int)(tag & 7);
            JsonNode value;
            switch (field.Kind)
            {
                case Kind.Int or Kind.Long or Kind.Truth when wire == 0:
                    var number = Varint(ref bytes);
                    value = field.Kind switch
                    {
                        Kind.Int => (int)number,
                        Kind.Truth => number != 0,
                        _ => ((long)number).ToString(System.Globalization.CultureInfo.InvariantCulture),
                    };
                    break;
                case Kind.Fixed64 when wire == 1:
                    value = BitConverter
                        .ToUInt64(bytes[..8])
                        .ToString(System.Globalization.CultureInfo.InvariantCulture);
                    bytes = bytes[8..];
                    break;
                case Kind.Text or Kind.Hex or Kind.Message when wire == 2:
                    var length = (int)Varint(ref bytes);
                    var content = bytes[..length];
                    bytes = bytes[length..];
                    value = field.Kind switch
                    {
                        Kind.Text => new UTF8Encoding(false, true).GetString(content),
                        Kind.Hex => Convert.ToHexStringLower(content),
                        _ => Read(content, field.Of!),
                    };
                    break;
                default:
                    throw new FormatException($"{message.Name}.{field.Name} has wire type {wire}");
            }

            if (!field.Repeated)
            {
                json.Add(field.Name, value);
            }
            else if (json[field.Name] is JsonArray list)
            {
                list.Add(value);
            }
            else
            {
                json[field.Name] = new JsonArray(value);
            }
        }

        return json;
    }

    private static ulong Varint(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var b = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }
    }

    private enum Kind
    {
        Text,
        Hex,
        Int,
        Long,
        Truth,
        Fixed64,
        Message,
    }

    private sealed record Field(string Name, Kind Kind, Message? Of, bool Repeated);

    private sealed class Message(string name)
    {
        public string Name => name;

        public Dictionary<int, Field> Fields { get; } = [];

        public Message Add(int number, string field, Kind kind, Message? of = null, bool repeated = false)
        {
            Fields.Add(number, new Field(field, kind, of, repeated));
            return this;
        }
    }
}
