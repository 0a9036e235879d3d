using System.Runtime.CompilerServices;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Hooks;
using Bartizan.Gateway.Model.Held;
using Bartizan.Gateway.Model.Words;
using Bartizan.Gateway.Transport;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Bartizan.Gateway.Model;

/// <summary>
/// One request after the other, straight from Kestrel: no hosting, no routing table, no middleware. The order is that of
/// the drawing above <see cref="ModelGateway"/>.
/// </summary>
internal sealed class ModelApplication(
    ReferenceMonitor monitor,
    ISessions sessions,
    ISessionTokens tokens,
    ICredentialLender lender,
    Forwarder forwarder,
    TimeProvider clock,
    ModelGatewayOptions options
) : IHttpApplication<HttpContext>
{
    /// <summary>Stands for the model in the entry of a request that never came to name one.</summary>
    private const string Unread = "?";

    private readonly ConditionalWeakTable<Session, SessionTraffic> _traffic = [];
    private readonly HookPoint? _hooks = options.Places is { } places
        ? new HookPoint(monitor, lender, places, options.AsksByHooks)
        : null;

    /// <inheritdoc/>
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    /// <inheritdoc/>
    public async Task ProcessRequestAsync(HttpContext context)
    {
        var request = context.Request;
        var route = ModelRoute.Read(
            request.Method,
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget
        );
        var isGemini = route.Api == ModelApi.Gemini;
        var looksAnthropic =
            route.Api == ModelApi.Anthropic
            || (route.Api == ModelApi.Unknown && request.Headers.ContainsKey("anthropic-version"));
        var api =
            isGemini ? ModelApi.Gemini
            : looksAnthropic ? ModelApi.Anthropic
            : ModelApi.OpenAI;
        try
        {
            await AnswerAsync(context, route, api).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            context.Response.Headers.Connection = "close";
            await ModelError.WriteAsync(context, api, e.StatusCode, "the request can't be read").ConfigureAwait(false);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
        catch (Exception)
        {
            await ModelError
                .WriteAsync(context, api, StatusCodes.Status500InternalServerError, "Bartizan failed; nothing was sent")
                .ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void DisposeContext(HttpContext context, Exception? exception) { }

    private Task AnswerAsync(HttpContext context, ModelRoute route, ModelApi api)
    {
        var headers = context.Request.Headers;
        if (!StringValues.IsNullOrEmpty(headers.TransferEncoding) && headers.ContainsKey("x-content-length"))
        {
            // Kestrel renames Content-Length so when both came. RFC 9112 section 6.3: request smuggling; refused.
            context.Response.Headers.Connection = "close";
            return ModelError.WriteAsync(
                context,
                api,
                400,
                "a request has one length: Content-Length or Transfer-Encoding"
            );
        }

        switch (route.Kind)
        {
            case ModelRouteKind.Unknown:
            case ModelRouteKind.Claims when options.Claims is null:
            case ModelRouteKind.Hook when _hooks is null:
                return ModelError.WriteAsync(context, api, 404, "this gateway has no such path for this method");
            case ModelRouteKind.Root:
                context.Response.ContentLength = 0;
                return Task.CompletedTask;
        }

        if (PresentedToken.Of(context, sessions, tokens) is not var (session, token))
        {
            return TurnAwayAsync(context, api);
        }

        var traffic = _traffic.GetValue(session, _ => new SessionTraffic(options));
        return traffic.TryEnter()
            ? CountedAsync(context, route, api, session, token, traffic)
            : ModelError.WriteAsync(context, api, 429, "too many requests of this session are under way");
    }

    private async Task TurnAwayAsync(HttpContext context, ModelApi api)
    {
        // By an injected listener it is known whose agent presents what isn't its own, and that is worth an entry.
        if (context.Features.Get<ListenerIdentity>()?.Session is { } owner)
        {
            await RecordAsync(owner, api, "it presented no token, or one that isn't this session's")
                .ConfigureAwait(false);
        }

        const string Sentence =
            "a session's token is needed as `x-api-key` or `Authorization: Bearer`, and this is none that holds here";
        await ModelError.WriteAsync(context, api, 401, Sentence).ConfigureAwait(false);
    }

    private ValueTask RecordAsync(Session session, ModelApi api, string reason)
    {
        var (_, target) = UpstreamChoice.For(session, api, Unread, clock.GetUtcNow());
        return monitor.RefuseAsync(
            new AgentAction
            {
                Session = session.Id,
                Target = target,
                Point = ModelCall.Point,
            },
            reason
        );
    }

    private async Task CountedAsync(
        HttpContext context,
        ModelRoute route,
        ModelApi api,
        Session session,
        string token,
        SessionTraffic traffic
    )
    {
        var reserved = 0L;
        try
        {
            var body = default(RequestBody.Result);
            if (HttpMethods.IsPost(context.Request.Method))
            {
                var most = route.Kind == ModelRouteKind.Claims ? options.MaxClaimBytes : options.MaxRequestBytes;
                body = await RequestBody
                    .ReadAsync(context.Request, most, Reserve, context.RequestAborted)
                    .ConfigureAwait(false);
            }

            if (body.Status != 0)
            {
                context.Response.Headers.Connection = "close";
                await RecordAsync(session, api, body.Problem).ConfigureAwait(false);
                await ModelError.WriteAsync(context, api, body.Status, body.Problem).ConfigureAwait(false);
                return;
            }

            if (route.Kind == ModelRouteKind.Claims)
            {
                await ClaimsAnswer.GiveAsync(context, options.Claims!, session, body.Body).ConfigureAwait(false);
                return;
            }

            if (route.Kind == ModelRouteKind.Hook)
            {
                await _hooks!.AnswerAsync(context, session, route.Id, body.Body).ConfigureAwait(false);
                return;
            }

            var (call, status, problem) = Parse(context, route, api, session, token, body.Body, traffic);
            if (call is null)
            {
                await RecordAsync(session, api, problem).ConfigureAwait(false);
                await ModelError.WriteAsync(context, api, status, problem).ConfigureAwait(false);
                return;
            }

            await CarryOutAsync(context, call, traffic).ConfigureAwait(false);
        }
        finally
        {
            traffic.Release(reserved);
            traffic.Leave();
        }

        bool Reserve(long bytes)
        {
            var taken = traffic.TryReserve(bytes);
            reserved += taken ? bytes : 0;
            return taken;
        }
    }

    private async Task CarryOutAsync(HttpContext context, ModelCall call, SessionTraffic traffic)
    {
        var sending = call;
        var action = call.ToAction() with { Resent = body => (sending = call.Sending(body, out _))?.ToAction() };
        var held = new HeldRequest(context, call, clock, options);
        await using var passage = await held.WaitAsync(
                monitor.RequestAsync(action with { Patience = held.Patience }, context.RequestAborted)
            )
            .ConfigureAwait(false);
        if (!passage.Granted)
        {
            await ModelError.RefuseAsync(context, call.Api, call.Target, passage.Decision).ConfigureAwait(false);
            return;
        }

        // INVARIANT: what a guard took out was left out, or nothing was granted.
        call = sending!;
        UserWords.Hear(call.Session, call.Route, call.Body);
        if (call.Upstream is null)
        {
            const string Sentence = "the manifest names no upstream for this wire format";
            await passage
                .CompleteAsync(new Outcome(OutcomeKind.Failed, Sentence) { IsFree = true })
                .ConfigureAwait(false);
            await ModelError.WriteAsync(context, call.Api, 502, Sentence).ConfigureAwait(false);
            return;
        }

        if (passage.Reservation?.AskAtMost is { } most)
        {
            if (call.Bounds?.Cap(call.Sent.Span, most) is not { } capped)
            {
                var sentence = $"the budget has {most} tokens left for an answer, and this request can't be told so";
                await passage
                    .CompleteAsync(new Outcome(OutcomeKind.Failed, sentence) { IsFree = true })
                    .ConfigureAwait(false);
                await ModelError.WriteAsync(context, call.Api, 403, $"Bartizan: {sentence}.").ConfigureAwait(false);
                return;
            }

            call = call with { Sent = capped };
        }

        var outcome = await forwarder.ForwardAsync(context, call, passage, traffic).ConfigureAwait(false);
        await passage.CompleteAsync(outcome).ConfigureAwait(false);
    }

    private (ModelCall? Call, int Status, string Problem) Parse(
        HttpContext context,
        ModelRoute route,
        ModelApi api,
        Session session,
        string token,
        ReadOnlyMemory<byte> body,
        SessionTraffic traffic
    )
    {
        ModelUpstream? upstream;
        ModelTarget target;
        switch (route.Kind)
        {
            case ModelRouteKind.Call:
                var (model, problem) = (route.Id, "");
                if (
                    api == ModelApi.Gemini
                        ? (problem = GeminiBody.ProblemOf(body.Span, model) ?? "").Length > 0
                        : !ModelField.TryRead(body.Span, out model, out problem)
                )
                {
                    return (null, 400, problem);
                }

                (upstream, target) = UpstreamChoice.For(session, api, model, clock.GetUtcNow());
                break;
            case ModelRouteKind.Describe:
                api = UpstreamChoice.ApiOf(session, api);
                (upstream, target) = UpstreamChoice.For(session, api, route.Id, clock.GetUtcNow());
                break;
            case ModelRouteKind.List:
                api = UpstreamChoice.ApiOf(session, api);
                (upstream, target) = UpstreamChoice.ForList(session, api, clock.GetUtcNow());
                break;
            default:
                // Ids of answers are one account's, not one session's: another session's are not there.
                if (traffic.Recall(route.Id) is not { } known)
                {
                    return (null, 404, "this session has no such stored answer");
                }

                target = known;
                upstream = session.Manifest.Models.GetValueOrDefault(target.Provider);
                break;
        }

        var call = new ModelCall
        {
            Session = session,
            Token = token,
            Route = route,
            Api = api,
            Upstream = upstream,
            Target = target,
            Body = body,
            Sent = body,
            MediaType = context.Request.ContentType ?? "application/json",
        };
        return route.Kind != ModelRouteKind.Call ? (call, 0, "")
            : call.Sending(body, out var unsent) is { } sending ? (sending, 0, "")
            : (null, 400, unsent);
    }
}
