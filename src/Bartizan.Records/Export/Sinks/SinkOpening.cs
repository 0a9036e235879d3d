using Bartizan.Core.Exports;
using Bartizan.Records.Export.Formats;
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
            SinkKind.Splunk => new SplunkSink(settings, EntryFormat.Of(settings.Format), token, clock),
            SinkKind.Otlp => new OtlpSink(settings, token, clock),
            SinkKind.Elastic => new ElasticSink(settings, EntryFormat.Of(settings.Format), token, clock),
            SinkKind.Datadog => new DatadogSink(settings, EntryFormat.Of(settings.Format), token, clock),
            SinkKind.Webhook => new WebhookSink(settings, EntryFormat.Of(settings.Format), token, clock),
            SinkKind.File => new FileSink(settings, EntryFormat.Of(settings.Format)),
            _ => throw new ArgumentException($"there is no sink of kind {settings.Kind}", nameof(settings)),
        };
}
