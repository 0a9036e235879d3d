using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Bartizan.Records.Export.Formats.Otlp;

/// <summary>OTLP 1.x as JSON: ids in hexadecimal, 64-bit numbers as text, choices by number.</summary>
internal static class OtlpJson
{
    /// <summary>A <c>LogRecord</c>.</summary>
    public static byte[] Encode(OtlpRecord record) =>
        Written(json =>
        {
            json.WriteString("timeUnixNano"u8, Number(record.Time));
            json.WriteString("observedTimeUnixNano"u8, Number(record.Time));
            json.WriteNumber("severityNumber"u8, record.Severity);
            json.WriteString("severityText"u8, record.SeverityText);
            json.WriteString("eventName"u8, record.EventName);
            json.WriteStartObject("body"u8);
            json.WriteString("stringValue"u8, record.Body);
            json.WriteEndObject();
            Id(json, "traceId"u8, record.TraceId);
            Id(json, "spanId"u8, record.SpanId);
            Attributes(json, record.Attributes);
        });

    /// <summary>A <c>Span</c>.</summary>
    public static byte[] Encode(OtlpSpan span) =>
        Written(json =>
        {
            Id(json, "traceId"u8, span.TraceId);
            Id(json, "spanId"u8, span.SpanId);
            Id(json, "parentSpanId"u8, span.ParentId);
            json.WriteString("name"u8, span.Name);
            json.WriteNumber("kind"u8, span.Kind);
            json.WriteString("startTimeUnixNano"u8, Number(span.Start));
            json.WriteString("endTimeUnixNano"u8, Number(span.End));
            json.WriteStartObject("status"u8);
            json.WriteNumber("code"u8, span.Status);
            if (span.StatusText.Length > 0)
            {
                json.WriteString("message"u8, span.StatusText);
            }

            json.WriteEndObject();
            Attributes(json, span.Attributes);
        });

    /// <summary>A request with one resource and one scope; <paramref name="signal"/> is <c>Logs</c> or <c>Spans</c>.</summary>
    public static byte[] Request(OtlpAttributes resource, string scope, string signal, IEnumerable<byte[]> messages) =>
        Written(json =>
        {
            json.WriteStartArray($"resource{signal}");
            json.WriteStartObject();
            json.WriteStartObject("resource"u8);
            Attributes(json, resource);
            json.WriteEndObject();
            json.WriteStartArray($"scope{signal}");
            json.WriteStartObject();
            json.WriteStartObject("scope"u8);
            json.WriteString("name"u8, scope);
            json.WriteString("version"u8, GenAiConventions.Version);
            json.WriteEndObject();
            json.WriteStartArray(signal == "Logs" ? "logRecords" : "spans");
            foreach (var message in messages)
            {
                json.WriteRawValue(message, skipInputValidation: true);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
        });

    private static byte[] Written(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);

    private static void Id(Utf8JsonWriter json, ReadOnlySpan<byte> name, byte[] id)
    {
        if (id.Length > 0)
        {
            json.WriteString(name, Convert.ToHexStringLower(id));
        }
    }

    private static void Attributes(Utf8JsonWriter json, OtlpAttributes attributes)
    {
        json.WriteStartArray("attributes"u8);
        foreach (var (name, value) in attributes.All)
        {
            json.WriteStartObject();
            json.WriteString("key"u8, name);
            json.WriteStartObject("value"u8);
            switch (value)
            {
                case OtlpValue.Text text:
                    json.WriteString("stringValue"u8, text.Value);
                    break;
                case OtlpValue.Truth truth:
                    json.WriteBoolean("boolValue"u8, truth.Value);
                    break;
                case OtlpValue.Whole whole:
                    json.WriteString("intValue"u8, whole.Value.ToString(CultureInfo.InvariantCulture));
                    break;
                case OtlpValue.Texts texts:
                    Texts(json, texts);
                    break;
                default:
                    throw new InvalidOperationException($"no encoding for {value.GetType().Name}");
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Texts(Utf8JsonWriter json, OtlpValue.Texts texts)
    {
        json.WriteStartObject("arrayValue"u8);
        json.WriteStartArray("values"u8);
        foreach (var text in texts.Values)
        {
            json.WriteStartObject();
            json.WriteString("stringValue"u8, text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
