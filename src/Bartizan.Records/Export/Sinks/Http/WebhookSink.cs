using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Core.Exports;
using Bartizan.Records.Export.Formats;

namespace Bartizan.Records.Export.Sinks.Http;

/// <summary>
/// Posts <c>{"entries":[…]}</c> to any HTTP server, signed as Standard Webhooks have it: <c>webhook-id</c>, <c>webhook-timestamp</c>
/// and <c>webhook-signature: v1,BASE64(HMAC-SHA256(key, id.timestamp.body))</c>. The id names the entries in the batch.
/// </summary>
internal sealed class WebhookSink(SinkSettings settings, IEntryFormat format, Func<SinkToken> token, TimeProvider clock)
    : ISink
{
    // Standard Webhooks writes keys as base64 behind this mark; a key without it is taken as it stands.
    private const string KeyMark = "whsec_";

    private readonly HttpEndpoint _endpoint = new(settings, token, clock);

    /// <inheritdoc/>
    public SinkBounds Bounds { get; } = new(500, 1 << 20);

    /// <inheritdoc/>
    public bool ConfirmsLate => false;

    /// <inheritdoc/>
    public void Write(ExportedEntry entry, IBufferWriter<byte> output) => format.Write(entry, output);

    /// <inheritdoc/>
    public async Task<SinkAnswer> SendAsync(IReadOnlyList<SinkItem> batch, CancellationToken cancellationToken)
    {
        var body = JsonBody.Array("{\"entries\":["u8, batch, "]}"u8);
        var id = string.Create(
            CultureInfo.InvariantCulture,
            $"{batch[0].Entry.Row.Stamp.Emitter}/{batch[0].Index}-{batch[^1].Index}"
        );
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var reply = await _endpoint
            .PostAsync("", content, (headers, key) => Sign(headers, key, id, body), cancellationToken)
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

    private void Sign(HttpRequestHeaders headers, SinkToken key, string id, byte[] body)
    {
        var timestamp = clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        var signature = Convert.ToBase64String(HMACSHA256.HashData(KeyOf(key), signed));
        headers.Add("webhook-id", id);
        headers.Add("webhook-timestamp", timestamp);
        headers.Add("webhook-signature", $"v1,{signature}");
    }

    private static byte[] KeyOf(SinkToken token)
    {
        var text = token.Reveal();
        if (!text.StartsWith(KeyMark, StringComparison.Ordinal))
        {
            return Encoding.UTF8.GetBytes(text);
        }

        try
        {
            return Convert.FromBase64String(text[KeyMark.Length..]);
        }
        catch (FormatException e)
        {
            throw new IOException("the webhook's key isn't base64 behind its `whsec_`", e);
        }
    }
}
