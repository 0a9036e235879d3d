using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Bartizan.Core.Exports;
using Bartizan.Records.Export.Formats;

namespace Bartizan.Records.Export.Sinks.Http;

/// <summary>
/// Splunk's HTTP event collector. With indexer acknowledgement a batch counts when Splunk says that it is indexed; without it, when
/// it was taken. Several requests travel before one round of questions, so that the wait for the indexers is shared.
/// </summary>
internal sealed class SplunkSink(SinkSettings settings, IEntryFormat format, Func<SinkToken> token, TimeProvider clock)
    : ISink
{
    /// <summary>Of one request: Splunk Cloud takes no more than 1 MB.</summary>
    public const int MaxRequestBytes = 900_000;

    private const string EventPath = "/services/collector/event";
    private const string AckPath = "/services/collector/ack";

    // What Splunk says of data, as against of itself, its token, its channels or an index's name.
    private static readonly int[] s_aboutData = [6, 12, 13, 15];

    // Indexers acknowledge within seconds; after this, the same entries are sent again.
    private static readonly TimeSpan s_acknowledgeWithin = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_askEvery = TimeSpan.FromSeconds(2);

    private readonly HttpEndpoint _endpoint = new(settings, token, clock);
    private readonly string _channel = Guid.NewGuid().ToString("D");

    /// <inheritdoc/>
    public SinkBounds Bounds { get; } = new(8000, 8 << 20);

    /// <inheritdoc/>
    public bool ConfirmsLate => false;

    /// <inheritdoc/>
    public void Write(ExportedEntry entry, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        var seconds = entry.Row.Stamp.Time.ToUnixTimeMilliseconds() / 1000m;
        writer.WriteNumber("time"u8, seconds);
        writer.WriteString("host"u8, entry.Source.Host);
        writer.WriteString("source"u8, entry.Row.Stamp.Emitter);
        writer.WriteString("sourcetype"u8, $"bartizan:{settings.Format.ToString().ToLowerInvariant()}");
        if (settings.Index is { } index)
        {
            writer.WriteString("index"u8, index);
        }

        var inner = new ArrayBufferWriter<byte>();
        format.Write(entry, inner);
        writer.WritePropertyName("event"u8);
        if (settings.Format == SinkFormat.Cef)
        {
            writer.WriteStringValue(inner.WrittenSpan);
        }
        else
        {
            writer.WriteRawValue(inner.WrittenSpan, skipInputValidation: true);
        }

        writer.WriteStartObject("fields"u8);
        writer.WriteString("key"u8, entry.Key);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <inheritdoc/>
    public async Task<SinkAnswer> SendAsync(IReadOnlyList<SinkItem> batch, CancellationToken cancellationToken)
    {
        var shipment = new Shipment();
        foreach (var part in Parts(batch))
        {
            await PostAsync(part, shipment, cancellationToken).ConfigureAwait(false);
            if (shipment.Failure is not null)
            {
                break;
            }
        }

        await AcknowledgeAsync(shipment, cancellationToken).ConfigureAwait(false);
        var later = batch.Select(item => item.Index).Where(i => !shipment.Settled.Contains(i)).ToList();
        return later.Count == 0 && shipment.Refused.Count == 0
            ? SinkAnswer.Taken
            : SinkAnswer.Mixed(
                shipment.Refused,
                later,
                shipment.Failure?.Problem ?? "not acknowledged in time",
                shipment.Failure?.After
            );
    }

    /// <inheritdoc/>
    public bool IsHolding() => true;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _endpoint.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task PostAsync(List<SinkItem> part, Shipment shipment, CancellationToken cancellationToken)
    {
        using var content = GzipBody.Of(JsonBody.Lines(part), "application/json");
        var reply = await _endpoint.PostAsync(EventPath, content, Show, cancellationToken).ConfigureAwait(false);
        if (reply.Status == 200)
        {
            if (Number(reply, "ackId") is { } acknowledgement)
            {
                shipment.Open[acknowledgement] = part;
            }
            else
            {
                shipment.Settle(part);
            }
        }
        else if (
            reply.Status == 413
            || (reply.Status == 400 && s_aboutData.Contains((int)(Number(reply, "code") ?? -1)))
        )
        {
            await TakeApartAsync(part, _endpoint.Problem(reply), shipment, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            shipment.Failure = SinkAnswer.Later(_endpoint.Problem(reply), reply.RetryAfter);
        }
    }

    // Splunk refuses a request for one bad event in it: halves, down to that one.
    private async Task TakeApartAsync(
        List<SinkItem> part,
        string problem,
        Shipment shipment,
        CancellationToken cancellationToken
    )
    {
        if (part.Count == 1)
        {
            shipment.Refuse(part[0], problem);
            return;
        }

        var half = part.Count / 2;
        await PostAsync(part.GetRange(0, half), shipment, cancellationToken).ConfigureAwait(false);
        if (shipment.Failure is null)
        {
            await PostAsync(part.GetRange(half, part.Count - half), shipment, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task AcknowledgeAsync(Shipment shipment, CancellationToken cancellationToken)
    {
        var since = clock.GetTimestamp();
        while (shipment.Open.Count > 0 && clock.GetElapsedTime(since) < s_acknowledgeWithin)
        {
            await Task.Delay(s_askEvery, clock, cancellationToken).ConfigureAwait(false);
            var question = JsonSerializer.SerializeToUtf8Bytes(new { acks = shipment.Open.Keys });
            using var content = new ByteArrayContent(question);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            var reply = await _endpoint
                .PostAsync($"{AckPath}?channel={_channel}", content, Show, cancellationToken)
                .ConfigureAwait(false);
            foreach (var id in Acknowledged(reply))
            {
                if (shipment.Open.Remove(id, out var part))
                {
                    shipment.Settle(part);
                }
            }
        }
    }

    private static IEnumerable<List<SinkItem>> Parts(IReadOnlyList<SinkItem> batch)
    {
        var part = new List<SinkItem>();
        var bytes = 0;
        foreach (var item in batch)
        {
            if (part.Count > 0 && bytes + item.Bytes.Length > MaxRequestBytes)
            {
                yield return part;
                part = [];
                bytes = 0;
            }

            part.Add(item);
            bytes += item.Bytes.Length + 1;
        }

        yield return part;
    }

    private void Show(HttpRequestHeaders headers, SinkToken token)
    {
        headers.TryAddWithoutValidation("Authorization", $"Splunk {token.Reveal()}");
        headers.Add("X-Splunk-Request-Channel", _channel);
    }

    private static long? Number(HttpReply reply, string member)
    {
        try
        {
            using var body = JsonDocument.Parse(reply.Body);
            return
                body.RootElement.ValueKind == JsonValueKind.Object
                && body.RootElement.TryGetProperty(member, out var value)
                && value.TryGetInt64(out var number)
                ? number
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static List<long> Acknowledged(HttpReply reply)
    {
        try
        {
            using var body = JsonDocument.Parse(reply.Body);
            return reply.Status == 200
                ?
                [
                    .. body
                        .RootElement.GetProperty("acks")
                        .EnumerateObject()
                        .Where(a => a.Value.ValueKind == JsonValueKind.True)
                        .Select(a => long.TryParse(a.Name, CultureInfo.InvariantCulture, out var id) ? id : -1),
                ]
                : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return [];
        }
    }

    /// <summary>One batch on its way: what is settled, what waits for an acknowledgement, what went wrong.</summary>
    private sealed class Shipment
    {
        public Dictionary<long, List<SinkItem>> Open { get; } = [];

        public HashSet<long> Settled { get; } = [];

        public Dictionary<long, string> Refused { get; } = [];

        public SinkAnswer? Failure { get; set; }

        public void Settle(List<SinkItem> part) => Settled.UnionWith(part.Select(item => item.Index));

        public void Refuse(SinkItem item, string problem)
        {
            Settled.Add(item.Index);
            Refused[item.Index] = problem;
        }
    }
}
