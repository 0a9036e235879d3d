namespace Bartizan.Records.Export.Formats.Otlp;

/// <summary>An entry as OpenTelemetry has logs: before it is encoded.</summary>
/// <param name="Time">When, in nanoseconds of Unix time.</param>
/// <param name="Severity">OpenTelemetry's number.</param>
/// <param name="SeverityText">The same in a word.</param>
/// <param name="EventName">What kind of event it is.</param>
/// <param name="Body">In words.</param>
/// <param name="TraceId">16 bytes, or none outside a session.</param>
/// <param name="SpanId">8 bytes, or none outside a passage.</param>
/// <param name="Attributes">The rest.</param>
internal sealed record OtlpRecord(
    ulong Time,
    int Severity,
    string SeverityText,
    string EventName,
    string Body,
    byte[] TraceId,
    byte[] SpanId,
    OtlpAttributes Attributes
);
