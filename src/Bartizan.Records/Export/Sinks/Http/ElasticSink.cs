using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Exports;
using Bartizan.Records.Export.Formats;

namespace Bartizan.Records.Export.Sinks.Http;

/// <summary>
/// The bulk interface of Elasticsearch and OpenSearch. Each entry is a <c>create</c> with its key as <c>_id</c>, so an entry that is
/// sent twice is there once; the answer is read entry by entry.
/// </summary>
internal sealed class ElasticSink(SinkSettings settings, IEntryFormat format, Func<SinkToken> token, TimeProvider clock)
    : ISink
{
    private const int Conflict = 409;
    private const int BadRequest = 400;

    private readonly HttpEndpoint _endpoint = new(settings, token, clock);

    /// <inheritdoc/>
    public SinkBounds Bounds { get; } = new(2000, 4 << 20);

    /// <inheritdoc/>
    public bool ConfirmsLate => false;

    /// <inheritdoc/>
    public void Write(ExportedEntry entry, IBufferWriter<byte> output)
    {
        using (var action = new Utf8JsonWriter(output))
        {
            action.WriteStartObject();
            action.WriteStartObject("create"u8);
            action.WriteString("_id"u8, entry.Key);
            action.WriteEndObject();
            action.WriteEndObject();
        }

        // Data streams ask for `@timestamp`; it goes before the format's own first member.
        output.Write("\n{\"@timestamp\":\""u8);
        output.Write(Encoding.ASCII.GetBytes(entry.Row.Stamp.Time.UtcDateTime.ToString("O")));
        output.Write("\","u8);
        var inner = new ArrayBufferWriter<byte>();
        format.Write(entry, inner);
        output.Write(inner.WrittenSpan[1..]);
    }

    /// <inheritdoc/>
    public async Task<SinkAnswer> SendAsync(IReadOnlyList<SinkItem> batch, CancellationToken cancellationToken)
    {
        using var content = GzipBody.Of(JsonBody.Lines(batch), "application/x-ndjson");
        var reply = await _endpoint
            .PostAsync($"/{settings.Index}/_bulk", content, Show, cancellationToken)
            .ConfigureAwait(false);
        if (reply.Status != 200)
        {
            return _endpoint.Answer(reply);
        }

        try
        {
            return Read(reply, batch);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return SinkAnswer.Later("its answer isn't that of a bulk interface");
        }
    }

    /// <inheritdoc/>
    public bool IsHolding() => true;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _endpoint.Dispose();
        return ValueTask.CompletedTask;
    }

    private SinkAnswer Read(HttpReply reply, IReadOnlyList<SinkItem> batch)
    {
        using var body = JsonDocument.Parse(reply.Body);
        if (!body.RootElement.GetProperty("errors").GetBoolean())
        {
            return SinkAnswer.Taken;
        }

        var refused = new Dictionary<long, string>();
        var later = new List<long>();
        var problem = "";
        var at = 0;
        foreach (var item in body.RootElement.GetProperty("items").EnumerateArray())
        {
            if (at == batch.Count)
            {
                break;
            }

            // The answers stand in the order of the request.
            var entry = batch[at++];
            var created = item.GetProperty("create");
            var status = created.GetProperty("status").GetInt32();
            if (status is >= 200 and < 300 or Conflict)
            {
                continue;
            }

            var said = created.TryGetProperty("error", out var error) ? error.GetRawText() : "";
            var words = token().Scrub($"status {status}: {said}");
            if (status == BadRequest)
            {
                refused[entry.Index] = words;
            }
            else
            {
                later.Add(entry.Index);
                problem = words;
            }
        }

        later.AddRange(batch.Skip(at).Select(item => item.Index));
        return refused.Count + later.Count == 0
            ? SinkAnswer.Taken
            : SinkAnswer.Mixed(refused, later, problem, reply.RetryAfter);
    }

    private static void Show(HttpRequestHeaders headers, SinkToken token)
    {
        if (!token.IsPresent)
        {
            return;
        }

        var text = token.Reveal();
        headers.TryAddWithoutValidation(
            "Authorization",
            text.Contains(':', StringComparison.Ordinal)
                ? $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}"
                : $"ApiKey {text}"
        );
    }
}
