using System.Buffers;
using System.Globalization;
using System.Security.Authentication;
using Bartizan.Core.Enforcement;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>
/// One request inside an intercepted connection, and its answer: read, decided, sent, answered. The order of the monitor's drawing, as
/// in <see cref="HttpExchange"/>; the framing is Kestrel's towards the agent and <see cref="SocketsHttpHandler"/>'s towards the host.
/// </summary>
internal sealed class InterceptedExchange(InterceptedPlace place, HttpContext context)
{
    /// <summary>Of one read of an answer: four TLS records.</summary>
    private const int CopyBytes = 64 * 1024;

    private readonly EgressWiring _wiring = place.Wiring;
    private readonly CancellationToken _gone = context.RequestAborted;
    private long _in;
    private string? _cut;
    private bool _answering;

    /// <summary>Carries it out.</summary>
    public async Task RunAsync()
    {
        // 3 read
        if (InterceptedHead.Read(context, place, out var status, out var problem) is not { } head)
        {
            await place.Connection.RefuseAsync(place.Session, place.Host, place.Port, problem).ConfigureAwait(false);
            await InterceptedAnswer.RefuseAsync(context, status, problem).ConfigureAwait(false);
            return;
        }

        var action = new AgentAction
        {
            Session = place.Session,
            Target = head.TargetAt(place),
            Point = EgressWiring.Point,
            Query = head.Query,
        };
        using var idle = new IdleWatch(_wiring.Clock, _wiring.Options.IdleWithin, GiveUp);
        HeldRequest? held = null;
        if (_wiring.Monitor.WantsContent(action))
        {
            (held, problem) = await HoldAsync(head).ConfigureAwait(false);
            if (held is null)
            {
                await _wiring.Monitor.RefuseAsync(action, problem).ConfigureAwait(false);
                await InterceptedAnswer
                    .RefuseAsync(context, StatusCodes.Status403Forbidden, problem)
                    .ConfigureAwait(false);
                return;
            }

            action = action with { Payloads = held.ToPayloads(place) };
        }

        // 3 decide
        await using var passage = await _wiring.Monitor.RequestAsync(action, _gone).ConfigureAwait(false);
        if (!passage.Granted)
        {
            await InterceptedAnswer.RefuseAsync(context, action.Target, passage.Decision).ConfigureAwait(false);
            return;
        }

        using var revoked = passage.Revoked.UnsafeRegister(
            static one => ((EgressConnection)one!).Abort(),
            place.Connection
        );
        var body = BodyOf(passage, held, idle);
        using var message = head.ToMessage(place, body, HttpProtocol.IsHttp2(context.Request.Protocol));
        if (await ReadyAsync(passage).ConfigureAwait(false))
        {
            await SendAsync(passage, message, head, idle).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Between granted and sent: the one place where what was decided is changed by what its rule demands. Nothing can be put into a
    /// request yet, so a request that needs it isn't sent.
    /// </summary>
    private async ValueTask<bool> ReadyAsync(Passage passage)
    {
        if (passage.Obligations.Credential is null)
        {
            return true;
        }

        const string Problem = "its credential can't be put into it";
        await passage.CompleteAsync(new Outcome(OutcomeKind.Cut, Problem)).ConfigureAwait(false);
        await InterceptedAnswer.RefuseAsync(context, StatusCodes.Status403Forbidden, Problem).ConfigureAwait(false);
        return false;
    }

    private async ValueTask<(HeldRequest? Held, string Problem)> HoldAsync(InterceptedHead head)
    {
        using var slow = new IdleWatch(_wiring.Clock, _wiring.Options.HeadWithin, GiveUp);
        return await HeldRequest.ReadAsync(head, context.Request.BodyReader, slow, _gone).ConfigureAwait(false);
    }

    private HttpContent? BodyOf(Passage passage, HeldRequest? held, IdleWatch idle)
    {
        var request = context.Request;
        if (held is not null)
        {
            return held.Body.IsEmpty && request.ContentLength is null ? null : new ReadOnlyMemoryContent(held.Body);
        }

        var hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;
        return hasBody ? new InterceptedBody(request.BodyReader, request.ContentLength, passage, idle) : null;
    }

    // 4, 5
    private async Task SendAsync(Passage passage, HttpRequestMessage message, InterceptedHead head, IdleWatch idle)
    {
        var body = message.Content;
        Outcome outcome;
        try
        {
            using var response = await place
                .Upstream.SendAsync(message, passage.Obligations.PrivateAddresses, _gone)
                .ConfigureAwait(false);
            idle.Touch();
            outcome = await AnswerAsync(passage, response, head, idle).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            outcome = await FailAsync(passage, e).ConfigureAwait(false);
        }

        if (passage.Revoked.IsCancellationRequested || _cut is not null)
        {
            outcome = new Outcome(OutcomeKind.Cut, _cut ?? "the session ended");
        }

        var sent = body is InterceptedBody streamed ? streamed.Sent : body?.Headers.ContentLength ?? 0;
        await passage
            .CompleteAsync(
                outcome with
                {
                    Usage = new Usage { BytesOut = sent, BytesIn = _in },
                }
            )
            .ConfigureAwait(false);
        if (outcome.Kind != OutcomeKind.Done && _answering)
        {
            // What the client has is not the whole, and must not look like it.
            context.Abort();
        }
    }

    private async ValueTask<Outcome> AnswerAsync(
        Passage passage,
        HttpResponseMessage response,
        InterceptedHead head,
        IdleWatch idle
    )
    {
        var status = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
        if (response.StatusCode == System.Net.HttpStatusCode.SwitchingProtocols)
        {
            if (!head.WebSocket)
            {
                const string Problem = "it switched to a protocol that nobody asked for";
                await InterceptedAnswer.FailAsync(context, DialEnd.Unreachable, Problem).ConfigureAwait(false);
                return new Outcome(OutcomeKind.Failed, Problem);
            }

            PassedAnswer.CopyHead(response, context, switches: true);
            return await SwitchAsync(passage, response, idle).ConfigureAwait(false);
        }

        _answering = true;
        PassedAnswer.CopyHead(response, context, switches: false);
        await using var stream = await response.Content.ReadAsStreamAsync(_gone).ConfigureAwait(false);
        await context.Response.StartAsync(_gone).ConfigureAwait(false);
        var end = await CopyAsync(passage, stream, context.Response.Body, idle, inwards: true).ConfigureAwait(false);
        if (end == OutcomeKind.Done)
        {
            PassedAnswer.CopyTrailers(response, context.Response);
        }

        return new Outcome(end, status);
    }

    // A WebSocket: bytes both ways until both have ended.
    private async ValueTask<Outcome> SwitchAsync(Passage passage, HttpResponseMessage response, IdleWatch idle)
    {
        var feature = context.Features.GetRequiredFeature<IHttpUpgradeFeature>();
        await using var client = await feature.UpgradeAsync().ConfigureAwait(false);
        await using var other = await response.Content.ReadAsStreamAsync(_gone).ConfigureAwait(false);
        var forth = CopyAsync(passage, client, other, idle, inwards: false);
        var back = CopyAsync(passage, other, client, idle, inwards: true);

        // Over when one side is: neither can say more than that it ends, which the other's last frame said.
        await Task.WhenAny(forth, back).ConfigureAwait(false);
        await other.DisposeAsync().ConfigureAwait(false);
        var end = await back.ConfigureAwait(false);
        context.Abort();
        await forth.ConfigureAwait(false);
        return new Outcome(end == OutcomeKind.Failed ? OutcomeKind.Done : end);
    }

    /// <summary>Step 9, piece by piece: held while the session is paused; forwarded as it is, or the exchange is cut.</summary>
    private async Task<OutcomeKind> CopyAsync(Passage passage, Stream from, Stream to, IdleWatch idle, bool inwards)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            while (true)
            {
                int read;
                try
                {
                    read = await from.ReadAsync(buffer, _gone).ConfigureAwait(false);
                }
                catch (Exception e) when (e is IOException or HttpRequestException or ObjectDisposedException)
                {
                    return OutcomeKind.Failed;
                }

                if (read == 0)
                {
                    return OutcomeKind.Done;
                }

                idle.Touch();
                var inspection = await passage.InspectAsync(buffer.AsMemory(0, read), _gone).ConfigureAwait(false);
                if (inspection.Verdict != InspectionVerdict.Forward)
                {
                    _cut ??= "cut by the monitor";
                    place.Connection.Abort();
                    return OutcomeKind.Cut;
                }

                await to.WriteAsync(inspection.Bytes, _gone).ConfigureAwait(false);
                await to.FlushAsync(_gone).ConfigureAwait(false);
                _in += inwards ? read : 0;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            return OutcomeKind.Cancelled;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask<Outcome> FailAsync(Passage passage, Exception e)
    {
        if (passage.Revoked.IsCancellationRequested || _gone.IsCancellationRequested)
        {
            return new Outcome(OutcomeKind.Cancelled);
        }

        var (end, outcome) = Describe(e);
        if (!context.Response.HasStarted)
        {
            await InterceptedAnswer.FailAsync(context, end, outcome.Detail).ConfigureAwait(false);
        }

        return outcome;
    }

    private (DialEnd End, Outcome Outcome) Describe(Exception e)
    {
        for (var inner = e; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case NotDialedException not:
                    return (not.Dialed.End, not.Dialed.ToOutcome());
                case IOException when inner.Message.StartsWith("the authority", StringComparison.Ordinal):
                case UntrustedHostException:
                    return (DialEnd.Unreachable, new Outcome(OutcomeKind.Cut, inner.Message));
                case AuthenticationException:
                    return Failed($"`{place.Authority}` and this proxy came to no TLS connection; nothing was sent");
            }
        }

        return Failed($"`{place.Authority}` gave no answer that can be read");
    }

    private static (DialEnd End, Outcome Outcome) Failed(string problem) =>
        (DialEnd.Unreachable, new Outcome(OutcomeKind.Failed, problem));

    private void GiveUp()
    {
        _cut ??= "nothing moved for too long";
        place.Connection.Abort();
    }
}
