using Bartizan.Core.Exports;
using Bartizan.Records.Export.Formats.Ocsf;
using Bartizan.Records.Export.Formats.Otlp;

namespace Bartizan.Records.Export.Formats;

/// <summary>The formats by name.</summary>
public static class EntryFormat
{
    /// <summary>The format with the defaults of its kind.</summary>
    public static IEntryFormat Of(SinkFormat format) =>
        format switch
        {
            SinkFormat.Ocsf => new OcsfFormat(),
            SinkFormat.Cef => new CefFormat(),
            SinkFormat.Syslog => new SyslogFormat(
                new SinkSettings
                {
                    Name = "",
                    Kind = SinkKind.Syslog,
                    Format = SinkFormat.Syslog,
                }
            ),
            SinkFormat.Otlp => new OtlpFormat(),
            SinkFormat.Jsonl => new JsonlFormat(),
            _ => throw new ArgumentException($"there is no format {format}", nameof(format)),
        };
}
