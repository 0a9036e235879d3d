using Bartizan.Core.Exports;
using Bartizan.Records.Export.Formats;
using Bartizan.Records.Export.Formats.Ocsf;
using Bartizan.Records.Export.Sinks.Files;
using Bartizan.Records.Export.Sinks.Http;
using Bartizan.Records.Export.Sinks.Syslog;

namespace Bartizan.Records.Export.Sinks;

/// <summary>Makes the sink that a line of the file describes.</summary>
internal static class SinkOpening
{
    /// <summary>Opens it; nothing is connected yet.</summary>
    public static ISink Open(SinkSettings settings, Func<SinkToken> token, TimeProvider clock) =>
        settings.Kind switch
        {
            SinkKind.Syslog => new SyslogSink(settings, clock),
            SinkKind.Splunk => new SplunkSink(settings, FormatOf(settings.Format), token, clock),
            SinkKind.Elastic => new ElasticSink(settings, FormatOf(settings.Format), token, clock),
            SinkKind.Datadog => new DatadogSink(settings, FormatOf(settings.Format), token, clock),
            SinkKind.Webhook => new WebhookSink(settings, FormatOf(settings.Format), token, clock),
            SinkKind.File => new FileSink(settings, FormatOf(settings.Format)),
            _ => throw new ArgumentException($"there is no sink of kind {settings.Kind}", nameof(settings)),
        };

    private static IEntryFormat FormatOf(SinkFormat format) =>
        format switch
        {
            SinkFormat.Ocsf => new OcsfFormat(),
            SinkFormat.Cef => new CefFormat(),
            SinkFormat.Jsonl => new JsonlFormat(),
            _ => throw new ArgumentException($"there is no format {format}", nameof(format)),
        };
}
