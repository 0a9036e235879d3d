using System.Buffers;

namespace Bartizan.Records.Export.Formats.Otlp;

/// <summary>An entry as a whole OTLP request in JSON, one a line: what OpenTelemetry's collector reads from files.</summary>
internal sealed class OtlpFormat : IEntryFormat
{
    /// <inheritdoc/>
    public void Write(ExportedEntry entry, IBufferWriter<byte> output) =>
        output.Write(
            OtlpJson.Request(
                new OtlpAttributes().Add("service.name", "bartizan").Add("host.name", entry.Source.Host),
                "bartizan",
                "Logs",
                [OtlpJson.Encode(GenAiConventions.Record(entry))]
            )
        );
}
