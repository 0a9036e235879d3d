namespace Bartizan.Core.Exports;

/// <summary>How an entry is written for others.</summary>
public enum SinkFormat
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>OCSF 1.8, JSON.</summary>
    Ocsf,

    /// <summary>Common Event Format, one line.</summary>
    Cef,

    /// <summary>RFC 5424 with structured data.</summary>
    Syslog,

    /// <summary>OpenTelemetry.</summary>
    Otlp,

    /// <summary>The entry's own JSON, one line.</summary>
    Jsonl,
}
