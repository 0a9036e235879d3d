namespace Bartizan.Records.Export.Formats.Otlp;

/// <summary>A passage, or a whole session, as OpenTelemetry has spans: before it is encoded.</summary>
/// <param name="TraceId">16 bytes: the session.</param>
/// <param name="SpanId">8 bytes: the passage.</param>
/// <param name="ParentId">8 bytes: the session's own span; empty for that itself.</param>
/// <param name="Name">As the conventions name it.</param>
/// <param name="Kind">OpenTelemetry's number: 1 internal, 3 client.</param>
/// <param name="Start">In nanoseconds of Unix time.</param>
/// <param name="End">In nanoseconds of Unix time.</param>
/// <param name="Status">0 unset, 1 ok, 2 error.</param>
/// <param name="StatusText">Why it is an error.</param>
/// <param name="Attributes">The rest.</param>
internal sealed record OtlpSpan(
    byte[] TraceId,
    byte[] SpanId,
    byte[] ParentId,
    string Name,
    int Kind,
    ulong Start,
    ulong End,
    int Status,
    string StatusText,
    OtlpAttributes Attributes
);
