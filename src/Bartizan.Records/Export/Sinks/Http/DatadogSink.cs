using System.Buffers;
using System.Text.Json;
using Bartizan.Core.Exports;
using Bartizan.Records.Export.Formats;

namespace Bartizan.Records.Export.Sinks.Http;

/// <summary>Datadog's intake of logs: lists of at most 1,000 entries and 5 MB, with the key in a header.</summary>
internal sealed class DatadogSink(SinkSettings settings, IEntryFormat format, Func<SinkToken> token, TimeProvider clock)
    : ISink
{
    private readonly HttpEndpoint _endpoint = new(settings, token, clock);

    /// <inheritdoc/>
    public SinkBounds Bounds { get; } = new(1000, 4 << 20);

    /// <inheritdoc/>
    public bool ConfirmsLate => false;

    /// <inheritdoc/>
    public void Write(ExportedEntry entry, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WriteString("ddsource"u8, "bartizan");
        writer.WriteString("service"u8, "bartizan");
        writer.WriteString("hostname"u8, entry.Source.Host);
        writer.WriteString("status"u8, StatusOf(entry.Severity));
        writer.WriteNumber("timestamp"u8, entry.Row.Stamp.Time.ToUnixTimeMilliseconds());
        writer.WriteString("key"u8, entry.Key);
        writer.WriteString("message"u8, entry.Entry.Target is { } target ? $"{entry.Title}: {target}" : entry.Title);
        writer.WritePropertyName("entry"u8);
        var inner = new ArrayBufferWriter<byte>();
        format.Write(entry, inner);
        writer.WriteRawValue(inner.WrittenSpan, skipInputValidation: true);
        writer.WriteEndObject();
    }

    /// <inheritdoc/>
    public async Task<SinkAnswer> SendAsync(IReadOnlyList<SinkItem> batch, CancellationToken cancellationToken)
    {
        using var content = GzipBody.Of(JsonBody.Array("["u8, batch, "]"u8), "application/json");
        var reply = await _endpoint
            .PostAsync(
                "/api/v2/logs",
                content,
                static (headers, key) => headers.TryAddWithoutValidation("DD-API-KEY", key.Reveal()),
                cancellationToken
            )
            .ConfigureAwait(false);
        return _endpoint.Answer(reply);
    }

    /// <inheritdoc/>
    public bool IsHolding() => true;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _endpoint.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string StatusOf(EntrySeverity severity) =>
        severity switch
        {
            EntrySeverity.High => "error",
            EntrySeverity.Medium => "warning",
            EntrySeverity.Low => "notice",
            _ => "info",
        };
}
