using System.Net.Http.Headers;
using System.Text.Json;

namespace Bartizan.Vault.Providers.GitHub;

/// <summary>GitHub's REST API, version 2022-11-28: what it answers, and what that means for whoever asked.</summary>
internal sealed class GitHubWire(ProviderHttp http, TimeProvider clock) : IDisposable
{
    private const string ApiVersion = "2022-11-28";

    public string Authority => http.Authority;

    /// <summary>Asks; the caller disposes of the answer.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path below the API's address.</param>
    /// <param name="token">Who asks.</param>
    /// <param name="body">Writes the body; null for none.</param>
    /// <param name="expected">The status of an answer that is good.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ProviderException">It wasn't done, or nobody knows.</exception>
    public Task<ProviderReply> AskAsync(
        HttpMethod method,
        string path,
        Secret token,
        Action<Utf8JsonWriter>? body,
        int expected,
        CancellationToken cancellationToken
    ) =>
        ProviderTries.AskAsync(
            ending => SendAsync(method, path, token, body, ending),
            reply => ProblemOf(reply, expected, token),
            clock,
            cancellationToken
        );

    public void Dispose() => http.Dispose();

    private async Task<ProviderReply> SendAsync(
        HttpMethod method,
        string path,
        Secret token,
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
        }

        return await http.SendAsync(
                method,
                path,
                bytes,
                "application/json",
                fields => Show(fields, token),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private static void Show(HttpRequestHeaders fields, Secret token)
    {
        fields.Accept.ParseAdd("application/vnd.github+json");
        fields.TryAddWithoutValidation("X-GitHub-Api-Version", ApiVersion);
        token.Use(value => fields.Authorization = new AuthenticationHeaderValue("Bearer", value.ToString()));
    }

    // 403 with a time to come back is a rate limit; one without is a no.
    private (ProviderFault Fault, string Problem) ProblemOf(ProviderReply reply, int expected, Secret token)
    {
        var words = ProviderWords.Of(ProviderReply.TextOf(reply.Json, "message"), token);
        return reply.Status switch
        {
            _ when reply.Status == expected => (ProviderFault.Unknown, ""),
            429 => (ProviderFault.Busy, $"`{Authority}` has too much to do"),
            403 when reply.RetryAfter is not null => (ProviderFault.Busy, $"`{Authority}` has too much to do"),
            503 => (ProviderFault.Busy, $"`{Authority}` isn't there for it now"),
            403 => (ProviderFault.Forbidden, $"`{Authority}` forbids it: {words}"),
            >= 300 and < 400 => (
                ProviderFault.Refused,
                $"`{Authority}` sends elsewhere, which isn't followed: name the right address"
            ),
            >= 500 => (ProviderFault.Lost, $"`{Authority}` failed ({reply.Status})"),
            _ => (ProviderFault.Refused, $"`{Authority}` refused it ({reply.Status}): {words}"),
        };
    }
}
