using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Bartizan.Core.Exports;
using Bartizan.Records.Export.Formats.Otlp;

namespace Bartizan.Records.Export.Sinks.Http;

/// <summary>
/// A collector of OpenTelemetry: OTLP over HTTP, logs to <c>/v1/logs</c> and spans to <c>/v1/traces</c>, protobuf or JSON, compressed. A
/// batch counts when both were taken.
/// </summary>
internal sealed class OtlpSink(SinkSettings settings, Func<SinkToken> token, TimeProvider clock) : ISink
{
    private const string ScopeName = "bartizan";

    private readonly HttpEndpoint _endpoint = new(settings, token, clock);

    /// <inheritdoc/>
    public SinkBounds Bounds { get; } = new(512, 2 << 20);

    /// <inheritdoc/>
    public bool ConfirmsLate => false;

    /// <inheritdoc/>
    public void Write(ExportedEntry entry, IBufferWriter<byte> output)
    {
        var record = GenAiConventions.Record(entry);
        output.Write(settings.OtlpJson ? OtlpJson.Encode(record) : OtlpProto.Encode(record));
    }

    /// <inheritdoc/>
    public async Task<SinkAnswer> SendAsync(IReadOnlyList<SinkItem> batch, CancellationToken cancellationToken)
    {
        var answer = SinkAnswer.Taken;
        if (settings.Logs)
        {
            answer = await PostAsync("Logs", "/v1/logs", batch, batch.Select(i => i.Bytes.ToArray()), cancellationToken)
                .ConfigureAwait(false);
        }

        if (!settings.Traces || answer.Kind is not (SinkAnswerKind.Taken or SinkAnswerKind.Mixed))
        {
            return answer;
        }

        var spans = batch
            .Select(item => GenAiConventions.Span(item.Entry))
            .OfType<OtlpSpan>()
            .Select(span => settings.OtlpJson ? OtlpJson.Encode(span) : OtlpProto.Encode(span))
            .ToList();
        if (spans.Count == 0)
        {
            return answer;
        }

        var traced = await PostAsync("Spans", "/v1/traces", batch, spans, cancellationToken).ConfigureAwait(false);
        return traced.Kind == SinkAnswerKind.Taken ? answer : traced;
    }

    /// <inheritdoc/>
    public bool IsHolding() => true;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _endpoint.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<SinkAnswer> PostAsync(
        string signal,
        string path,
        IReadOnlyList<SinkItem> batch,
        IEnumerable<byte[]> messages,
        CancellationToken cancellationToken
    )
    {
        var resource = Resource(batch[0].Entry);
        var body = settings.OtlpJson
            ? OtlpJson.Request(resource, ScopeName, signal, messages)
            : OtlpProto.Request(resource, ScopeName, messages);
        using var content = GzipBody.Of(body, settings.OtlpJson ? "application/json" : "application/x-protobuf");
        var reply = await _endpoint.PostAsync(path, content, Show, cancellationToken).ConfigureAwait(false);
        var answer = _endpoint.Answer(reply);
        return answer.Kind == SinkAnswerKind.Taken && Rejected(reply) is { Length: > 0 } words
            ? SinkAnswer.Mixed([KeyValuePair.Create(batch[0].Index, words)], [], words)
            : answer;
    }

    private static OtlpAttributes Resource(ExportedEntry entry) =>
        new OtlpAttributes()
            .Add("service.name", "bartizan")
            .Add("service.version", entry.Source.Version)
            .Add("service.instance.id", entry.Row.Stamp.Emitter)
            .Add("host.name", entry.Source.Host);

    private static void Show(HttpRequestHeaders headers, SinkToken token)
    {
        if (token.IsPresent)
        {
            headers.TryAddWithoutValidation("Authorization", $"Bearer {token.Reveal()}");
        }
    }

    // A partial success names a number and a reason, not which; it must not be sent again. It is told of the batch's first entry.
    private string Rejected(HttpReply reply)
    {
        var (count, message) = settings.OtlpJson ? RejectedJson(reply) : OtlpReply.Read(reply.Body.Span);
        return count > 0 ? token().Scrub($"{count} of the batch that begins here were rejected: {message}") : "";
    }

    private static (long Count, string Message) RejectedJson(HttpReply reply)
    {
        try
        {
            using var body = JsonDocument.Parse(reply.Body);
            if (!body.RootElement.TryGetProperty("partialSuccess", out var partial))
            {
                return default;
            }

            var member = partial
                .EnumerateObject()
                .FirstOrDefault(m => m.Name.StartsWith("rejected", StringComparison.Ordinal));
            return (
                long.TryParse(member.Value.ToString(), out var count) ? count : 0,
                partial.TryGetProperty("errorMessage", out var message) ? message.ToString() : ""
            );
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return default;
        }
    }
}
