using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Guards.Findings;

namespace Bartizan.Guards.Classifiers;

/// <summary>
/// Asks a classifier outside about one text: <c>POST {"text", "channel"}</c>. Bounded in time from its turn on, in bytes, and in how many
/// are asked at once. Redirects aren't followed.
/// </summary>
internal sealed class ClassifierClient(TimeProvider clock) : IDisposable
{
    /// <summary>An answer is a few words; a longer one is none.</summary>
    private const int MaxAnswerBytes = 64 * 1024;

    private static readonly MediaTypeHeaderValue s_json = new("application/json");

    private readonly ClassifierTurns _turns = new();

    // Operator-named addresses, as model upstreams are: no proxy of the surroundings, and nobody sends us on to elsewhere.
    private readonly HttpMessageInvoker _http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            MaxResponseHeadersLength = 16,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        }
    );

    /// <summary>Asks; whatever isn't an answer in time is a failure. It is cancelled only by who asks.</summary>
    public async Task<ClassifierVerdict> AskAsync(
        Classifier one,
        Session session,
        Channel channel,
        string text,
        CancellationToken cancellationToken
    )
    {
        using var turn = await _turns.TakeAsync(one.Url, session, cancellationToken).ConfigureAwait(false);
        if (turn is null)
        {
            return ClassifierVerdict.Failed("too many questions at once");
        }

        using var limit = new CancellationTokenSource(one.Within, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await SendAsync(one, channel, text, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ClassifierVerdict.Failed("not in time");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return ClassifierVerdict.Failed("not reached");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<ClassifierVerdict> SendAsync(
        Classifier one,
        Channel channel,
        string text,
        CancellationToken cancellationToken
    )
    {
        var question = JsonSerializer.SerializeToUtf8Bytes(
            new { text, channel = channel == Channel.User ? "user" : "untrusted" }
        );
        using var request = new HttpRequestMessage(HttpMethod.Post, one.Url)
        {
            Content = new ByteArrayContent(question),
        };
        request.Content.Headers.ContentType = s_json;
        using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return ClassifierVerdict.Failed($"status {(int)response.StatusCode}");
        }

        var answer = new byte[MaxAnswerBytes + 1];
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var read = await stream
                .ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            return read > MaxAnswerBytes
                ? ClassifierVerdict.Failed("an answer that is too long")
                : ClassifierAnswer.Read(answer.AsMemory(0, read), text.Length);
        }
    }
}
