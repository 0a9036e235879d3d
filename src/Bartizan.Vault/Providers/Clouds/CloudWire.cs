using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bartizan.Vault.Providers.Clouds;

/// <summary>An API that is shown a bearer token and answers with JSON.</summary>
/// <param name="http">The wire.</param>
/// <param name="wordsOf">What a refusal says, without anything that was sent.</param>
/// <param name="clock">The clock.</param>
internal sealed class CloudWire(ProviderHttp http, Func<ProviderReply, string> wordsOf, TimeProvider clock)
    : IDisposable
{
    /// <summary>The type of a body of JSON.</summary>
    public const string JsonType = "application/json";

    public string Authority => http.Authority;

    /// <summary>Reads something; the caller disposes of the answer.</summary>
    /// <exception cref="ProviderException">It wasn't done, or nobody knows.</exception>
    public Task<ProviderReply> GetAsync(string path, Secret bearer, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Get, path, bearer, null, JsonType, cancellationToken);

    /// <summary>Asks for something by a document; the caller disposes of the answer.</summary>
    /// <exception cref="ProviderException">It wasn't done, or nobody knows.</exception>
    public Task<ProviderReply> PostAsync(
        string path,
        Secret bearer,
        JsonObject body,
        CancellationToken cancellationToken
    ) =>
        AskAsync(
            HttpMethod.Post,
            path,
            bearer,
            () => JsonSerializer.SerializeToUtf8Bytes(body),
            JsonType,
            cancellationToken
        );

    /// <summary>Asks for something by a form, which shows what has to be shown; the caller disposes of the answer.</summary>
    /// <exception cref="ProviderException">It wasn't done, or nobody knows.</exception>
    public Task<ProviderReply> PostAsync(string path, Func<FormText> form, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Post, path, null, () => form().ToBytes(), FormText.MediaType, cancellationToken);

    /// <summary>A refusal of what was answered.</summary>
    public ProviderException No(string what) => new(ProviderFault.Refused, $"`{Authority}` {what}");

    /// <summary>A refusal of what is more than was asked for.</summary>
    public ProviderException Wider(string what) => new(ProviderFault.Wider, $"`{Authority}` {what}");

    public void Dispose() => http.Dispose();

    private Task<ProviderReply> AskAsync(
        HttpMethod method,
        string path,
        Secret? bearer,
        Func<byte[]>? body,
        string type,
        CancellationToken cancellationToken
    ) =>
        ProviderTries.AskAsync(
            ending =>
                http.SendAsync(
                    method,
                    path,
                    body?.Invoke(),
                    type,
                    fields =>
                        bearer?.Use(value =>
                            fields.TryAddWithoutValidation("Authorization", $"Bearer {value.ToString()}")
                        ),
                    ending
                ),
            ProblemOf,
            clock,
            cancellationToken
        );

    private (ProviderFault Fault, string Problem) ProblemOf(ProviderReply reply) =>
        reply.Status switch
        {
            200 or 201 => (ProviderFault.Unknown, ""),
            401 => (ProviderFault.Forbidden, $"`{Authority}` doesn't take what is shown to it: {wordsOf(reply)}"),
            403 => (ProviderFault.Forbidden, $"`{Authority}` forbids it: {wordsOf(reply)}"),
            429 => (ProviderFault.Busy, $"`{Authority}` has too much to do"),
            503 => (ProviderFault.Busy, $"`{Authority}` isn't there yet: {wordsOf(reply)}"),
            >= 300 and < 400 => (ProviderFault.Refused, $"`{Authority}` sends elsewhere, where nobody follows"),
            >= 500 => (ProviderFault.Lost, $"`{Authority}` failed ({reply.Status}): {wordsOf(reply)}"),
            _ => (ProviderFault.Refused, $"`{Authority}` refused it ({reply.Status}): {wordsOf(reply)}"),
        };
}
