using System.Net.Http.Headers;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Control.Consultations;

/// <summary>
/// Asks the decision points outside that a manifest names (<c>consult</c>) before an action is decided. A guard, so it can only
/// make the decision stricter: whatever is not a clear yes in time is a deny.
/// </summary>
public sealed class ConsultedPoints : IGuard, IAsyncDisposable
{
    /// <summary>An answer is a few words; a longer one is none.</summary>
    private const int MaxAnswerBytes = 64 * 1024;

    private static readonly MediaTypeHeaderValue s_json = new("application/json");

    private readonly ISessions _sessions;
    private readonly TimeProvider _clock;

    // Operator-named addresses, as model upstreams are: no proxy of the surroundings, and nobody sends us on to elsewhere.
    private readonly HttpMessageInvoker _http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        }
    );

    /// <summary>Makes the guard.</summary>
    public ConsultedPoints(ISessions sessions, TimeProvider clock)
    {
        _sessions = sessions;
        _clock = clock;
    }

    /// <inheritdoc/>
    public bool Concerns(Session session, AgentAction action)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(action);
        foreach (var one in session.Manifest.Consultations)
        {
            if (one.Concerns(action.Target))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public async ValueTask<GuardReport> InspectAsync(AgentAction action, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (_sessions.Find(action.Session) is not { } session)
        {
            return new GuardReport(Effect.Deny, Labels.None, ["the session is over"]);
        }

        var question = ConsultedQuestion.Of(session, action, _clock.GetUtcNow());
        var answers = await Task.WhenAll(
                session
                    .Manifest.Consultations.Where(one => one.Concerns(action.Target))
                    .Select(one => AskAsync(one, question, cancellationToken))
            )
            .ConfigureAwait(false);
        return new GuardReport(
            answers.Select(a => a.Effect).Append(Effect.Allow).Min(),
            Labels.None,
            [.. answers.Where(a => a.Effect != Effect.Allow).Select(a => a.Says)]
        );
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<(Effect Effect, string Says)> AskAsync(
        Consultation one,
        JsonElement question,
        CancellationToken cancellationToken
    )
    {
        var who = $"the decision point {one.Url.Host}";
        using var limit = new CancellationTokenSource(one.Within, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, one.Url)
            {
                Content = new ByteArrayContent(ConsultedQuestion.BodyOf(one.Api, question)),
            };
            request.Content.Headers.ContentType = s_json;
            using var response = await _http.SendAsync(request, either.Token).ConfigureAwait(false);
            if (response.StatusCode != System.Net.HttpStatusCode.OK)
            {
                return (Effect.Deny, $"{who} answered {(int)response.StatusCode}");
            }

            var body = await ReadAsync(response.Content, either.Token).ConfigureAwait(false);
            return ConsultedAnswer.Read(one.Api, body) switch
            {
                Effect.Allow => (Effect.Allow, ""),
                Effect.Ask => (Effect.Ask, $"{who} wants a person to be asked"),
                _ => (Effect.Deny, $"{who} doesn't permit it"),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (Effect.Deny, $"{who} didn't answer within {one.Within.TotalSeconds} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (Effect.Deny, $"{who} can't be reached");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxAnswerBytes + 1];
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var read = await stream
                .ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            return read > MaxAnswerBytes ? default : buffer.AsMemory(0, read);
        }
    }
}
