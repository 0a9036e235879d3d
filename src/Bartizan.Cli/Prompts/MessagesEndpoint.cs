using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bartizan.Cli.Prompts;

/// <summary>A model behind an endpoint of the Anthropic Messages format. The key is in the header and nowhere else.</summary>
internal sealed class MessagesEndpoint : IDisposable
{
    /// <summary>An answer that is taken; a longer one is an error.</summary>
    public const int MaxAnswerBytes = 1 << 20;

    /// <summary>Tokens that a model may answer.</summary>
    private const int AnswerTokens = 1024;

    private readonly HttpClient _http;
    private readonly Uri _url;
    private readonly string _model;
    private readonly TimeSpan _timeout;

    /// <summary>Makes one.</summary>
    public MessagesEndpoint(Uri url, string model, string key, TimeSpan timeout)
    {
        var path = url.AbsolutePath.TrimEnd('/');
        _url = new UriBuilder(url)
        {
            Path = path.EndsWith("/v1/messages", StringComparison.Ordinal) ? path : $"{path}/v1/messages",
        }.Uri;
        _model = model;
        _timeout = timeout;
        _http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = !url.IsLoopback,
            }
        )
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        _http.DefaultRequestHeaders.Add("x-api-key", key);
        _http.DefaultRequestHeaders.Add("anthropic-version", "2023-06-01");
    }

    /// <summary>Asks once; an answer, or why there is none.</summary>
    public async Task<(string? Answer, string? Problem)> AskAsync(
        string system,
        string message,
        CancellationToken cancellationToken
    )
    {
        using var until = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        until.CancelAfter(_timeout);
        try
        {
            var body = new JsonObject
            {
                ["model"] = _model,
                ["max_tokens"] = AnswerTokens,
                ["system"] = system,
                ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = message }),
            };
            using var response = await _http.PostAsync(_url, JsonContent.Create(body), until.Token);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return (null, $"the endpoint answered {(int)response.StatusCode}");
            }

            return TextOf(await response.Content.ReadAsByteArrayAsync(until.Token)) is { } text
                ? (text, null)
                : (null, "the answer isn't one of the Messages format");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"no answer within {_timeout.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException e)
        {
            return (
                null,
                e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded
                    ? $"the answer is longer than {MaxAnswerBytes} bytes"
                    : "the endpoint can't be reached"
            );
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static string? TextOf(byte[] answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            if (
                document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("content", out var content)
                || content.ValueKind != JsonValueKind.Array
            )
            {
                return null;
            }

            var text = new StringBuilder();
            foreach (var block in content.EnumerateArray())
            {
                if (block.TryGetProperty("text", out var said))
                {
                    text.AppendLine(said.GetString());
                }
            }

            return text.ToString();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
