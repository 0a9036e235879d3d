using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Transport;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Inbound;

/// <summary>One request after the other, in the order of the drawing above <see cref="InboundGateway"/>.</summary>
internal sealed class InboundApplication(
    ReferenceMonitor monitor,
    IServedSessions sessions,
    InboundForwarder forwarder,
    InboundOptions options,
    TimeProvider clock
)
{
    /// <summary>The <see cref="AgentAction.Point"/> of what it asks the monitor for.</summary>
    public const string Point = "inbound";

    private const int IdDigits = 24;

    private readonly CallerCheck _check = new(
        options.Terms.Callers,
        options is { Terms.Callers.Oidc: not null, Tokens: { } tokens, Users: { } users }
            ? new TokenCallers(options.Terms.Callers, tokens, users, clock)
            : null,
        options is { Terms.Callers.Certificates: { } certificates, Authorities: { } authorities }
            ? new CertificateCallers(certificates, authorities, clock)
            : null
    );
    private readonly AddressTurns _addresses = new(options.Terms.Limits.PerAddress, clock);

    // INVARIANT: those who showed something and those who didn't stand in two books: nobody takes the place of whoever is known.
    private readonly CallerTurns _users = new(options.Terms.Limits.PerUser, clock);
    private readonly AddressTurns _strangers = new(options.Terms.Limits.PerUser, clock);
    private readonly BodiesInFlight _bodies = BodiesInFlight.Of(
        options.MaxBodyBytesInFlight,
        options.Terms.Limits.BodyBytes
    );
    private readonly CrossOrigin _origins = new(options.Terms, options.Certificate is not null);
    private readonly AnswerHeaders _answers = new(options.Terms, options.Certificate is not null);
    private readonly ProbeFindings? _probes = options.Journal is { } journal ? new ProbeFindings(journal, clock) : null;

    /// <summary>Answers one. Whatever throws on its way is answered, and passes nothing on.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        var id = RandomNumberGenerator.GetHexString(IdDigits, lowercase: true);
        _answers.Begin(context.Response, id);

        // 1 address
        if (!_addresses.TryEnter(context.Connection.RemoteIpAddress, out var turn, out var wait))
        {
            await RefuseAsync(context, id, 429, "its address asks more than it may", wait).ConfigureAwait(false);
            return;
        }

        using var limit = new CancellationTokenSource(options.Terms.Limits.Within, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, limit.Token);
        try
        {
            await ReadAsync(context, id, either.Token).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            await RefuseAsync(context, id, e.StatusCode, "its body can't be read").ConfigureAwait(false);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
        catch (Exception)
        {
            await InboundProblem
                .WriteAsync(context, limit.IsCancellationRequested ? 504 : 500, id)
                .ConfigureAwait(false);
        }
        finally
        {
            turn.Leave();
        }
    }

    // 2 form, 3 credential, 4 user
    private async Task ReadAsync(HttpContext context, string id, CancellationToken cancellationToken)
    {
        if (InboundForm.Read(context, options.Terms, out var status, out var problem) is not { } form)
        {
            // What follows on the connection may be the rest of what couldn't be read.
            Close(context);
            await RefuseAsync(context, id, status, problem).ConfigureAwait(false);
            return;
        }

        if (!_origins.Allows(context.Request))
        {
            await RefuseAsync(context, id, 403, "it comes from a page of another origin", null, form.Target)
                .ConfigureAwait(false);
            return;
        }

        if (CrossOrigin.IsPreflight(context.Request))
        {
            _origins.AnswerPreflight(context);
            return;
        }

        _origins.Tell(context);
        var (caller, why) = await _check.LookAsync(context.Request, cancellationToken).ConfigureAwait(false);
        if (caller is null)
        {
            Close(context);
            await RefuseAsync(context, id, 401, why, null, form.Target).ConfigureAwait(false);
            return;
        }

        // Pages carry no credential to us by themselves, but what asks for none they may ask for.
        if (caller.Kind == CallerKind.Anonymous && !_origins.KnowsHost(context.Request))
        {
            await RefuseAsync(context, id, 421, "its host is a name that `serve.hosts` doesn't have", null, form.Target)
                .ConfigureAwait(false);
            return;
        }

        // A browser shows a certificate for whichever page asks, and no page was given it.
        if (caller.Kind == CallerKind.Certificate && _origins.IsOfAnother(context.Request))
        {
            const string Why = "a page of another origin shows no certificate";
            await RefuseAsync(context, id, 403, Why, null, form.Target).ConfigureAwait(false);
            return;
        }

        if (!TryTakeTurn(context, caller, out var turn, out var wait))
        {
            await RefuseAsync(context, id, 429, $"{caller.User} asks more than it may", wait, form.Target)
                .ConfigureAwait(false);
            return;
        }

        try
        {
            await EnterAsync(context, new InboundCall(id, form, caller, turn), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turn.Leave();
        }
    }

    private bool TryTakeTurn(HttpContext context, Caller caller, out CallerTurn turn, out TimeSpan wait)
    {
        if (caller.Kind == CallerKind.Anonymous)
        {
            return _strangers.TryEnter(context.Connection.RemoteIpAddress, out turn, out wait);
        }

        turn = new CallerTurn(_users, caller.Limited);
        return _users.TryEnter(turn.Name, out wait);
    }

    // 5 body, 6 session
    private async Task EnterAsync(HttpContext context, InboundCall call, CancellationToken cancellationToken)
    {
        var reserved = 0L;
        var wasGranted = false;
        var share = _bodies.ShareOf(call.Turn, Heading.Out);
        ServedSession? session = null;
        try
        {
            var body = await ReadBodyAsync(context, Reserve, cancellationToken).ConfigureAwait(false);
            if (body.Status != 0)
            {
                Close(context);
                await RefuseAsync(context, call.Id, body.Status, body.Problem, null, call.Form.Target)
                    .ConfigureAwait(false);
                return;
            }

            if (!InboundForm.IsReadable(context.Request.ContentType, body.Body.Span))
            {
                await RefuseAsync(context, call.Id, 400, "its body is no UTF-8", null, call.Form.Target)
                    .ConfigureAwait(false);
                return;
            }

            session = await sessions.EnterAsync(call.Caller, cancellationToken).ConfigureAwait(false);
            if (session is null)
            {
                var soon = TimeSpan.FromSeconds(1);
                await RefuseAsync(context, call.Id, 503, "there is no room for its session", soon, call.Form.Target)
                    .ConfigureAwait(false);
                return;
            }

            call = call with { Body = body.Body, Passed = PassedToAgent.Of(context.Request, options.Terms.Headers) };
            await CarryOutAsync(context, call, session, () => wasGranted = true, cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            share.Give(reserved);
            if (session is not null)
            {
                sessions.Leave(session, wasGranted);
            }
        }

        bool Reserve(long bytes)
        {
            var isTaken = share.TryTake(bytes);
            reserved += isTaken ? bytes : 0;
            return isTaken;
        }
    }

    private async ValueTask<RequestBody.Result> ReadBodyAsync(
        HttpContext context,
        Func<long, bool> reserve,
        CancellationToken cancellationToken
    )
    {
        var request = context.Request;
        if (!InboundForm.HasBody(request))
        {
            return default;
        }

        using var slow = new CancellationTokenSource(options.BodyWithin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, slow.Token);
        try
        {
            var body = await RequestBody
                .ReadAsync(request, (int)options.Terms.Limits.BodyBytes, reserve, either.Token)
                .ConfigureAwait(false);
            return body.Status == 429 ? body with { Status = 503 } : body;
        }
        catch (OperationCanceledException) when (slow.IsCancellationRequested)
        {
            return new RequestBody.Result(default, 408, "its body took too long");
        }
    }

    // 7 monitor, 8 forward, 9 outcome
    private async Task CarryOutAsync(
        HttpContext context,
        InboundCall call,
        ServedSession session,
        Action granted,
        CancellationToken cancellationToken
    )
    {
        var action = new AgentAction
        {
            Session = session.Session.Id,
            Target = call.Form.Target,
            Point = Point,
            Query = call.Form.Query.Length == 0 ? null : call.Form.Query,
            Payloads = PayloadsOf(context.Request, call),
            Patience = options.Terms.Limits.Within,
            Request = call.Id,
        };
        await using var passage = await monitor.RequestAsync(action, cancellationToken).ConfigureAwait(false);
        if (!passage.Granted)
        {
            var wait = passage.Decision.RetryAfter;
            if (wait is null && _probes is not null)
            {
                await _probes.CountAsync(session.Session, action, call).ConfigureAwait(false);
            }

            await InboundProblem.WriteAsync(context, wait is null ? 403 : 429, call.Id, wait).ConfigureAwait(false);
            return;
        }

        granted();
        var standing = new CallerStanding(_check, clock);
        if (call.Form.IsWebSocket)
        {
            var carried = await new InboundSocket(
                monitor,
                forwarder.AgentOf(session),
                options,
                _bodies,
                standing,
                _probes,
                clock
            )
                .CarryAsync(context, call, session, action, passage, cancellationToken)
                .ConfigureAwait(false);
            await passage.CompleteAsync(carried).ConfigureAwait(false);
            return;
        }

        var outcome = await forwarder
            .ForwardAsync(context, call, session, passage, _answers, standing, cancellationToken)
            .ConfigureAwait(false);
        await passage.CompleteAsync(outcome).ConfigureAwait(false);
    }

    private static ImmutableArray<Payload> PayloadsOf(HttpRequest request, InboundCall call)
    {
        var payloads = ImmutableArray.CreateBuilder<Payload>();
        var protocols = call.Form.IsWebSocket ? request.Headers.SecWebSocketProtocol : default;
        if (PassedToAgent.Words(call.Passed, protocols) is { } words)
        {
            payloads.Add(new Payload("head", "text/plain", words));
        }

        if (call.Form.Query.Length > 1)
        {
            payloads.Add(new Payload("query", "text/plain", Encoding.UTF8.GetBytes(call.Form.Query)));
        }

        if (!call.Body.IsEmpty)
        {
            payloads.Add(new Payload("body", request.ContentType ?? "application/octet-stream", call.Body));
        }

        return payloads.ToImmutable();
    }

    private async Task RefuseAsync(
        HttpContext context,
        string id,
        int status,
        string why,
        TimeSpan? wait = null,
        ServeTarget? target = null
    )
    {
        var action = new AgentAction
        {
            Session = default,
            Target = target ?? new ServeTarget("?", "/?"),
            Point = Point,
            Request = id,
        };
        await monitor.RefuseAsync(action, $"{options.Agent}: {why}").ConfigureAwait(false);
        await InboundProblem.WriteAsync(context, status, id, wait).ConfigureAwait(false);
    }

    private static void Close(HttpContext context)
    {
        if (context.Request.Protocol == HttpProtocol.Http11)
        {
            context.Response.Headers.Connection = "close";
        }
    }
}
