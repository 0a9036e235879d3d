using System.Runtime.CompilerServices;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools.Answers;
using Bartizan.Gateway.Tools.Joined;
using Bartizan.Gateway.Tools.Messages;
using Bartizan.Gateway.Transport;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Bartizan.Gateway.Tools;

/// <summary>
/// One request after the other, straight from Kestrel. The order is that of the drawing above <see cref="ToolGateway"/>.
/// </summary>
internal sealed class ToolApplication(ISessions sessions, ISessionTokens tokens, ToolWiring wiring)
    : IHttpApplication<HttpContext>
{
    private readonly ConditionalWeakTable<Session, SessionTools> _tools = [];

    /// <inheritdoc/>
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    /// <inheritdoc/>
    public async Task ProcessRequestAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            context.Response.Headers.Connection = "close";
            await FailAsync(context, e.StatusCode, "the request can't be read").ConfigureAwait(false);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
        catch (Exception)
        {
            await FailAsync(context, 500, "Bartizan failed; nothing was sent").ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void DisposeContext(HttpContext context, Exception? exception) { }

    private Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        if (
            !StringValues.IsNullOrEmpty(request.Headers.TransferEncoding)
            && request.Headers.ContainsKey("x-content-length")
        )
        {
            // Kestrel renames Content-Length so when both came. RFC 9112 section 6.3: request smuggling; refused.
            context.Response.Headers.Connection = "close";
            return FailAsync(context, 400, "a request has one length: Content-Length or Transfer-Encoding");
        }

        if (!LoopbackOrigin.Holds(request))
        {
            return FailAsync(context, 403, "Host or Origin is not allowed here");
        }

        if (ToolRoute.ServerOf(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget) is not { } name)
        {
            return FailAsync(context, 404, "this gateway has no such path");
        }

        if (PresentedToken.Of(context, sessions, tokens) is not { Session: var session })
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return FailAsync(
                context,
                401,
                "a session's token is needed as `Authorization: Bearer` or `x-api-key`, and this is none that holds here"
            );
        }

        // A server of which nothing is granted is as one that isn't there.
        var server = session.Manifest.Servers.GetValueOrDefault(name);
        if (
            name.Length == 0
                ? !JoinedServers.Of(session, Now).Any()
                : server is null || !session.Policy.CouldReach(name, Now)
        )
        {
            return FailAsync(context, 404, "there is no such server");
        }

        var tools = _tools.TryGetValue(session, out var known)
            ? known
            : _tools.GetValue(session, one => new SessionTools(one, wiring.Options, wiring.Clock));
        return request.Method switch
        {
            "POST" => PostAsync(context, session, server, tools),
            "GET" => ListenAsync(context, session, server, tools),
            "DELETE" => EndAsync(context, session, server, tools),
            _ => NotAllowedAsync(context, "GET, POST, DELETE"),
        };
    }

    private DateTimeOffset Now => wiring.Clock.GetUtcNow();

    private async Task PostAsync(HttpContext context, Session session, ToolServer? server, SessionTools tools)
    {
        var headers = context.Request.Headers;
        if (!IsJson(context.Request.ContentType))
        {
            await FailAsync(context, 415, "Content-Type must be application/json").ConfigureAwait(false);
            return;
        }

        if (!Accepts(headers.Accept, "application/json") || !Accepts(headers.Accept, "text/event-stream"))
        {
            await FailAsync(context, 406, "Accept must include application/json and text/event-stream")
                .ConfigureAwait(false);
            return;
        }

        if (!tools.TryEnter())
        {
            await FailAsync(context, 429, "too many requests of this session are under way").ConfigureAwait(false);
            return;
        }

        var reserved = 0L;
        try
        {
            var body = await RequestBody
                .ReadAsync(context.Request, wiring.Options.MaxRequestBytes, Reserve, context.RequestAborted)
                .ConfigureAwait(false);
            if (body.Status != 0)
            {
                context.Response.Headers.Connection = "close";
                await FailAsync(context, body.Status, body.Problem).ConfigureAwait(false);
                return;
            }

            await (
                server is null
                    ? new JoinedExchange(wiring, context, session, tools).PostAsync(body.Body)
                    : new Exchange(wiring, context, session, server, tools).PostAsync(body.Body)
            ).ConfigureAwait(false);
        }
        finally
        {
            tools.Release(reserved);
            tools.Leave();
        }

        bool Reserve(long bytes)
        {
            var taken = tools.TryReserve(bytes);
            reserved += taken ? bytes : 0;
            return taken;
        }
    }

    private async Task ListenAsync(HttpContext context, Session session, ToolServer? server, SessionTools tools)
    {
        var headers = context.Request.Headers;
        if (!Accepts(headers.Accept, "text/event-stream"))
        {
            await FailAsync(context, 406, "Accept must include text/event-stream").ConfigureAwait(false);
            return;
        }

        var named = headers[AnswerWriter.SessionHeader];
        if (named.Count == 0)
        {
            // Without a session there is nothing to listen to; the stateless era listens by POST.
            await NotAllowedAsync(context, "POST").ConfigureAwait(false);
            return;
        }

        var joined = server is null ? tools.FindJoined(named) : null;
        var last = headers["Last-Event-ID"] is { Count: > 0 } said ? said.ToString() : null;
        var (client, writer) = server is null
            ? JoinedServers.PartOf(joined, context, ref last)
            : (tools.Find(named, server), new AnswerWriter(context));
        if (client is null && (joined is null || last is not null))
        {
            await FailAsync(context, 404, "Session not found", RpcError.NoSuchSession).ConfigureAwait(false);
            return;
        }

        if (!tools.TryListen())
        {
            await FailAsync(context, 429, "too many streams of this session are open").ConfigureAwait(false);
            return;
        }

        try
        {
            await (
                client is null
                    ? new JoinedListening(wiring, context, session, tools, writer).ListenAsync(joined!)
                    : new Relay(wiring, context, session, client.Server, tools, writer).ListenAsync(client, last)
            ).ConfigureAwait(false);
        }
        finally
        {
            tools.StopListening();
        }
    }

    private async Task EndAsync(HttpContext context, Session session, ToolServer? server, SessionTools tools)
    {
        var named = context.Request.Headers[AnswerWriter.SessionHeader];
        if (named.Count == 0)
        {
            await FailAsync(context, 400, "the header Mcp-Session-Id is missing").ConfigureAwait(false);
            return;
        }

        if (server is null && tools.FindJoined(named) is { } joined)
        {
            await new JoinedExchange(wiring, context, session, tools).EndAsync(joined).ConfigureAwait(false);
            return;
        }

        if (server is null || tools.Find(named, server) is not { } client)
        {
            await FailAsync(context, 404, "Session not found", RpcError.NoSuchSession).ConfigureAwait(false);
            return;
        }

        await new Relay(wiring, context, session, server, tools, new AnswerWriter(context))
            .EndAsync(client)
            .ConfigureAwait(false);
    }

    private static bool IsJson(string? type) =>
        type is not null
        && type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase)
        && (type.Length == "application/json".Length || type["application/json".Length] is ';' or ' ');

    private static bool Accepts(StringValues accepted, string type)
    {
        foreach (var value in accepted)
        {
            if (value?.Contains(type, StringComparison.OrdinalIgnoreCase) == true)
            {
                return true;
            }
        }

        return false;
    }

    private static Task NotAllowedAsync(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return FailAsync(context, 405, "Method not allowed");
    }

    private static Task FailAsync(HttpContext context, int status, string says, int code = RpcError.Transport) =>
        new AnswerWriter(context).WriteErrorAsync(status, new RpcError(code, says), "").AsTask();
}
