using System.Globalization;

namespace Bartizan.Records.Export.Formats.Otlp;

/// <summary>OTLP 1.x as protobuf: the messages of <c>opentelemetry/proto</c>, by their numbers.</summary>
internal static class OtlpProto
{
    /// <summary>A <c>LogRecord</c>.</summary>
    public static byte[] Encode(OtlpRecord record)
    {
        var writer = new ProtoWriter();
        writer.Nanoseconds(1, record.Time);
        writer.Whole(2, record.Severity);
        writer.Text(3, record.SeverityText);
        writer.Message(5, value => value.Text(1, record.Body));
        Attributes(writer, 6, record.Attributes);
        writer.Bytes(9, record.TraceId);
        writer.Bytes(10, record.SpanId);
        writer.Nanoseconds(11, record.Time);
        writer.Text(12, record.EventName);
        return writer.Written.ToArray();
    }

    /// <summary>A <c>Span</c>.</summary>
    public static byte[] Encode(OtlpSpan span)
    {
        var writer = new ProtoWriter();
        writer.Bytes(1, span.TraceId);
        writer.Bytes(2, span.SpanId);
        writer.Bytes(4, span.ParentId);
        writer.Text(5, span.Name);
        writer.Whole(6, span.Kind);
        writer.Nanoseconds(7, span.Start);
        writer.Nanoseconds(8, span.End);
        Attributes(writer, 9, span.Attributes);
        writer.Message(
            15,
            status =>
            {
                status.Text(2, span.StatusText);
                status.Whole(3, span.Status);
            }
        );
        return writer.Written.ToArray();
    }

    /// <summary>
    /// An <c>ExportLogsServiceRequest</c> or <c>ExportTraceServiceRequest</c>, which have the same numbers: one resource, one scope,
    /// and messages that are encoded already.
    /// </summary>
    public static byte[] Request(OtlpAttributes resource, string scope, IEnumerable<byte[]> messages)
    {
        var writer = new ProtoWriter();
        writer.Message(
            1,
            ofResource =>
            {
                ofResource.Message(1, r => Attributes(r, 1, resource));
                ofResource.Message(
                    2,
                    ofScope =>
                    {
                        ofScope.Message(
                            1,
                            s =>
                            {
                                s.Text(1, scope);
                                s.Text(2, GenAiConventions.Version);
                            }
                        );
                        foreach (var message in messages)
                        {
                            ofScope.Raw(2, message);
                        }
                    }
                );
            }
        );
        return writer.Written.ToArray();
    }

    private static void Attributes(ProtoWriter writer, int field, OtlpAttributes attributes)
    {
        foreach (var (name, value) in attributes.All)
        {
            writer.Message(
                field,
                pair =>
                {
                    pair.Text(1, name);
                    pair.Message(2, any => Value(any, value));
                }
            );
        }
    }

    private static void Value(ProtoWriter any, OtlpValue value)
    {
        switch (value)
        {
            case OtlpValue.Text text:
                any.Text(1, text.Value);
                break;
            case OtlpValue.Truth truth:
                any.Always(2, truth.Value ? 1 : 0);
                break;
            case OtlpValue.Whole whole:
                any.Always(3, whole.Value);
                break;
            case OtlpValue.Texts texts:
                any.Message(
                    5,
                    list =>
                    {
                        foreach (var text in texts.Values)
                        {
                            list.Message(1, item => item.Text(1, text));
                        }
                    }
                );
                break;
            default:
                throw new InvalidOperationException(
                    string.Create(CultureInfo.InvariantCulture, $"no encoding for {value.GetType().Name}")
                );
        }
    }
}
