using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Bartizan.Core.Enforcement;
using Bartizan.Gateway.Egress.Injection;
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
    private long _out;
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
        using var room = _wiring.Held.Open(place.Session);
        HeldRequest? held = null;
        var credential = new PutCredential(place, action, head);
        if (credential.NeedsBody() || _wiring.Monitor.WantsContent(action))
        {
            (held, problem) = await HoldAsync(head, room).ConfigureAwait(false);
            if (held is null)
            {
                await RefuseAsync(action, problem).ConfigureAwait(false);
                return;
            }

            action = action with { Payloads = held.ToPayloads(place) };
        }

        if (await credential.CheckAsync(held).ConfigureAwait(false) is { } misplaced)
        {
            await RefuseAsync(action, misplaced).ConfigureAwait(false);
            return;
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

        if (passage.Revoked.IsCancellationRequested)
        {
            await passage.CompleteAsync(new Outcome(OutcomeKind.Cut, "the session ended")).ConfigureAwait(false);
            return;
        }

        // INVARIANT: between granted and sent is the one place where what was decided is changed by what its rule demands.
        var (put, refused) = await credential.PutAsync(passage, held, _gone).ConfigureAwait(false);
        using var carried = put;
        if (refused is { } no)
        {
            var cut = new Outcome(OutcomeKind.Cut, no.Recorded) { IsFree = true };
            await passage.CompleteAsync(cut).ConfigureAwait(false);
            await InterceptedAnswer.RefuseAsync(context, StatusCodes.Status403Forbidden, no.Told).ConfigureAwait(false);
            return;
        }

        head = carried is null ? held?.Head ?? head : PutCredential.HeadOf(head, carried.Request);
        held = held is not null && carried?.Request.Body is { } changed ? held with { Body = changed } : held;
        var body = BodyOf(passage, head, held, idle, credential, carried);
        head = await PutCookies.IntoAsync(place, passage, head, carried, _gone).ConfigureAwait(false);
        if (!passage.TryPass(head.LengthAt(place), Heading.Out))
        {
            await passage
                .CompleteAsync(new Outcome(OutcomeKind.Cut, passage.CutBecause) { IsFree = true })
                .ConfigureAwait(false);
            await InterceptedAnswer
                .RefuseAsync(context, StatusCodes.Status403Forbidden, passage.CutBecause)
                .ConfigureAwait(false);
            return;
        }

        using var message = head.ToMessage(place, body, HttpProtocol.IsHttp2(context.Request.Protocol));
        await SendAsync(passage, message, head, idle, carried).ConfigureAwait(false);
    }

    private async ValueTask RefuseAsync(AgentAction action, string problem)
    {
        await _wiring.Monitor.RefuseAsync(action, problem).ConfigureAwait(false);
        await InterceptedAnswer.RefuseAsync(context, StatusCodes.Status403Forbidden, problem).ConfigureAwait(false);
    }

    private async ValueTask<(HeldRequest? Held, string Problem)> HoldAsync(InterceptedHead head, HeldBytes.Share room)
    {
        // A body that comes byte by byte holds memory all the time.
        using var slow = new IdleWatch(_wiring.Clock, _wiring.Options.HeadWithin, GiveUp);
        using var whole = new IdleWatch(_wiring.Clock, _wiring.Options.HoldWithin, GiveUp);
        return await HeldRequest.ReadAsync(head, context.Request.BodyReader, room, slow, _gone).ConfigureAwait(false);
    }

    private HttpContent? BodyOf(
        Passage passage,
        InterceptedHead head,
        HeldRequest? held,
        IdleWatch idle,
        PutCredential credential,
        CarriedCredential? carried
    )
    {
        var request = context.Request;
        if (held is not null)
        {
            return held.Body.IsEmpty && request.ContentLength is null
                ? head.NoBody
                : new InterceptedBody(
                    PipeReader.Create(new ReadOnlySequence<byte>(held.Body)),
                    held.Body.Length,
                    passage,
                    idle,
                    credential
                )
                {
                    Carried = carried,
                };
        }

        var hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;
        return hasBody
            ? new InterceptedBody(request.BodyReader, request.ContentLength, passage, idle, credential)
            {
                Carried = carried,
            }
            : head.NoBody;
    }

    // 4, 5
    private async Task SendAsync(
        Passage passage,
        HttpRequestMessage message,
        InterceptedHead head,
        IdleWatch idle,
        CarriedCredential? carried
    )
    {
        var body = message.Content;
        Outcome outcome;
        try
        {
            using var response = await place
                .Upstream.SendAsync(message, passage.Obligations.PrivateAddresses, carried?.Name, _gone)
                .ConfigureAwait(false);
            idle.Touch();
            outcome = await AnswerAsync(passage, response, head, idle, carried).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            outcome = await FailAsync(passage, e, (body as InterceptedBody)?.Problem).ConfigureAwait(false);
        }

        if (passage.Revoked.IsCancellationRequested || _cut is not null)
        {
            outcome = new Outcome(OutcomeKind.Cut, _cut ?? "the session ended");
        }

        if (body is InterceptedBody { Problem: { } problem })
        {
            outcome = new Outcome(OutcomeKind.Cut, problem);
        }

        var sent = _out + (body is InterceptedBody streamed ? streamed.Sent : body?.Headers.ContentLength ?? 0);
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
        IdleWatch idle,
        CarriedCredential? carried
    )
    {
        var status = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
        PutCookies.OutOf(place, response, head, carried);
        if (!passage.TryPass(PassedAnswer.LengthOfHead(response), Heading.Back))
        {
            return await LeftOutAsync(passage.CutBecause).ConfigureAwait(false);
        }

        if (response.StatusCode == System.Net.HttpStatusCode.SwitchingProtocols)
        {
            if (!head.WebSocket || !PassedAnswer.IsWebSocket(response))
            {
                const string Problem = "it switched to a protocol that nobody asked for";
                await InterceptedAnswer.FailAsync(context, DialEnd.Unreachable, Problem).ConfigureAwait(false);
                return new Outcome(OutcomeKind.Failed, Problem);
            }

            PassedAnswer.CopyHead(response, context, switches: true, carried, place.Cookies is not null);
            return await SwitchAsync(passage, response, idle).ConfigureAwait(false);
        }

        if (carried is not null && PassedAnswer.IsPart(response))
        {
            const string Part = "its answer is a part, and might hold too little of the credential to be known";
            return await LeftOutAsync(Part).ConfigureAwait(false);
        }

        var raw = await response.Content.ReadAsStreamAsync(_gone).ConfigureAwait(false);
        await using var stream = carried is null ? raw : AnswerLook.Open(raw, PassedAnswer.CodingsOf(response));
        if (stream is null)
        {
            const string Packed = "its answer is packed in a way that can't be looked through for the credential";
            return await LeftOutAsync(Packed).ConfigureAwait(false);
        }

        _answering = true;
        PassedAnswer.CopyHead(response, context, switches: false, carried, place.Cookies is not null);
        await context.Response.StartAsync(_gone).ConfigureAwait(false);
        var end = await CopyAsync(passage, stream, context.Response.Body, idle, inwards: true, carried)
            .ConfigureAwait(false);
        if (end == OutcomeKind.Done)
        {
            // What unpacks stops where its own end is; trailers come behind that of the answer.
            await AnswerRest.DrainAsync(raw, _gone).ConfigureAwait(false);
            if (!passage.TryPass(PassedAnswer.LengthOf(response.TrailingHeaders), Heading.Back))
            {
                return new Outcome(OutcomeKind.Cut, passage.CutBecause);
            }

            PassedAnswer.CopyTrailers(response, context.Response, carried, place.Cookies is not null);
        }

        return new Outcome(end, status);
    }

    private async ValueTask<Outcome> LeftOutAsync(string problem)
    {
        await InterceptedAnswer.FailAsync(context, DialEnd.Unreachable, problem).ConfigureAwait(false);
        return new Outcome(OutcomeKind.Cut, problem);
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
    private async Task<OutcomeKind> CopyAsync(
        Passage passage,
        Stream from,
        Stream to,
        IdleWatch idle,
        bool inwards,
        CarriedCredential? carried = null
    )
    {
        var along = carried?.Along();
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
                catch (Exception e)
                    when (e is IOException or HttpRequestException or ObjectDisposedException or InvalidDataException)
                {
                    return OutcomeKind.Failed;
                }

                idle.Touch();
                ReadOnlyMemory<byte> piece = along?.Take(buffer.AsSpan(0, read), read == 0) ?? buffer.AsMemory(0, read);
                if (carried?.IsOver == true)
                {
                    _cut ??= Injector.OverEchoed;
                    place.Connection.Abort();
                    return OutcomeKind.Cut;
                }

                if (piece.IsEmpty)
                {
                    if (read == 0)
                    {
                        return OutcomeKind.Done;
                    }

                    continue;
                }

                var heading = inwards ? Heading.Back : Heading.Out;
                var inspection = await passage.InspectAsync(piece, heading, _gone).ConfigureAwait(false);
                if (inspection.Verdict != InspectionVerdict.Forward)
                {
                    _cut ??= passage.CutBecause;
                    place.Connection.Abort();
                    return OutcomeKind.Cut;
                }

                await to.WriteAsync(inspection.Bytes, _gone).ConfigureAwait(false);
                await to.FlushAsync(_gone).ConfigureAwait(false);
                _in += inwards ? piece.Length : 0;
                _out += inwards ? 0 : piece.Length;
                if (read == 0)
                {
                    return OutcomeKind.Done;
                }
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

    private async ValueTask<Outcome> FailAsync(Passage passage, Exception e, string? stopped)
    {
        if (passage.Revoked.IsCancellationRequested || _gone.IsCancellationRequested)
        {
            return new Outcome(OutcomeKind.Cancelled);
        }

        var (end, outcome) = stopped is null
            ? UpstreamEnd.Of(e, place)
            : (DialEnd.AddressRefused, new Outcome(OutcomeKind.Cut, stopped));
        if (!context.Response.HasStarted)
        {
            await InterceptedAnswer.FailAsync(context, end, outcome.Detail).ConfigureAwait(false);
        }

        return outcome;
    }

    private void GiveUp()
    {
        _cut ??= "nothing moved for too long";
        place.Connection.Abort();
    }
}
