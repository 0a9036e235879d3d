using System.Net.Http.Headers;
using System.Text.Json;

namespace Bartizan.Vault.Providers.Hashi;

/// <summary>
/// Vault's and OpenBao's HTTP API, version 1: what it answers, and what that means for whoever asked. What it says it didn't do (sealed,
/// too much to do, not yet here) is asked again a few times, as <c>Retry-After</c> says.
/// </summary>
internal sealed class HashiWire(ProviderHttp http, string? space, TimeProvider clock) : IDisposable
{
    private const int MaxWords = 300;

    public string Authority => http.Authority;

    /// <summary>Asks; the caller disposes of the answer.</summary>
    /// <exception cref="ProviderException">It wasn't done, or nobody knows.</exception>
    public Task<ProviderReply> AskAsync(
        HttpMethod method,
        string path,
        Secret? token,
        Action<Utf8JsonWriter>? body,
        CancellationToken cancellationToken
    ) =>
        ProviderTries.AskAsync(
            ending => SendAsync(method, path, token, body, ending),
            ProblemOf,
            clock,
            cancellationToken
        );

    public void Dispose() => http.Dispose();

    private async Task<ProviderReply> SendAsync(
        HttpMethod method,
        string path,
        Secret? token,
        Action<Utf8JsonWriter>? body,
        CancellationToken cancellationToken
    )
    {
        byte[]? bytes = null;
        if (body is not null)
        {
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream))
            {
                writer.WriteStartObject();
                body(writer);
                writer.WriteEndObject();
            }

            bytes = stream.ToArray();
            Array.Clear(stream.GetBuffer());
        }

        return await http.SendAsync(
                method,
                $"v1/{path}",
                bytes,
                "application/json",
                fields => Show(fields, token),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private void Show(HttpRequestHeaders fields, Secret? token)
    {
        fields.TryAddWithoutValidation("X-Vault-Request", "true");
        if (space is not null)
        {
            fields.TryAddWithoutValidation("X-Vault-Namespace", space);
        }

        token?.Use(value => fields.TryAddWithoutValidation("X-Vault-Token", value.ToString()));
    }

    // 412: a replica that doesn't have it yet; 429: a quota, or a standby's health; 472, 473: other standbys; 503: sealed.
    private (ProviderFault Fault, string Problem) ProblemOf(ProviderReply reply) =>
        reply.Status switch
        {
            200 or 204 => (ProviderFault.Unknown, ""),
            403 => (ProviderFault.Forbidden, $"`{Authority}` forbids it: {WordsOf(reply)}"),
            503 => (ProviderFault.Busy, $"`{Authority}` is sealed or not there yet: {WordsOf(reply)}"),
            429 => (ProviderFault.Busy, $"`{Authority}` has too much to do"),
            412 or 472 or 473 => (ProviderFault.Busy, $"`{Authority}` is a standby that can't answer"),
            >= 300 and < 400 => (
                ProviderFault.Busy,
                $"`{Authority}` is a standby, and sends to {Elsewhere(reply)}: name the active one, or let it forward"
            ),
            >= 500 => (ProviderFault.Lost, $"`{Authority}` failed ({reply.Status}): {WordsOf(reply)}"),
            _ => (ProviderFault.Refused, $"`{Authority}` refused it ({reply.Status}): {WordsOf(reply)}"),
        };

    private static string Elsewhere(ProviderReply reply) =>
        reply.Elsewhere is { IsAbsoluteUri: true } there ? $"`{there.Authority}`" : "another";

    private static string WordsOf(ProviderReply reply)
    {
        var errors = ProviderReply.PartOf(reply.Json, "errors");
        var words =
            errors.ValueKind == JsonValueKind.Array
                ? string.Join(
                    "; ",
                    errors.EnumerateArray().Select(ProviderReply.TextOf).OfType<string>().Select(one => one.Trim())
                )
                : "";
        words = new string([.. words.Select(c => char.IsControl(c) ? ' ' : c)]);
        return words.Length == 0 ? "it doesn't say why" : words[..Math.Min(words.Length, MaxWords)];
    }
}
