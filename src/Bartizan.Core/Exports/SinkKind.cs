namespace Bartizan.Core.Exports;

/// <summary>What receives entries.</summary>
public enum SinkKind
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>A syslog server: TLS (RFC 5425), or TCP and UDP on this machine.</summary>
    Syslog,

    /// <summary>Splunk's HTTP event collector.</summary>
    Splunk,

    /// <summary>A collector of OpenTelemetry: OTLP over HTTP.</summary>
    Otlp,

    /// <summary>The bulk interface of Elasticsearch and OpenSearch.</summary>
    Elastic,

    /// <summary>Datadog's intake of logs.</summary>
    Datadog,

    /// <summary>Any HTTP server, with a signature (Standard Webhooks).</summary>
    Webhook,

    /// <summary>A file of JSON lines, for a collector on this machine.</summary>
    File,
}
