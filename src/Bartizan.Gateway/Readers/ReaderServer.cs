using System.Net;
using System.Runtime.CompilerServices;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools;
using Bartizan.Gateway.Tools.Messages;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Readers;

/// <summary>
/// The MCP server that a manifest's readers are the tools of. It stands where a server over HTTP would, so that a call of it is listed,
/// decided, budgeted and recorded as any other's; what it does then are actions of another session.
/// <code>
/// agent ─ tool reader/NAME ─▶ monitor ─▶ here ─▶ sub-session ─ source ─▶ tool gateway ─▶ monitor ─▶ server
///   ▲                                              │ text
///   └── values of the shape ◀── shape ◀── answer ◀─┴─ no tools, no history ─▶ model gateway ─▶ monitor ─▶ model
/// </code>
/// </summary>
internal sealed class ReaderServer(ReaderGround ground, Func<IHttpApplication<HttpContext>> tools, TimeProvider clock)
{
    /// <summary>Readings of one session at once.</summary>
    public const int MaxReadings = 4;

    private readonly ConditionalWeakTable<Session, SemaphoreSlim> _underWay = [];

    /// <summary>Takes one request, as over HTTP.</summary>
    public async Task<ServerAnswer> SendAsync(
        Session session,
        ToolServer server,
        HttpMethod method,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken
    )
    {
        if (method != HttpMethod.Post)
        {
            return ServerAnswer.Of(method == HttpMethod.Delete ? HttpStatusCode.OK : HttpStatusCode.MethodNotAllowed);
        }

        var message = Message.Read(body);
        if (message.Kind != MessageKind.Request)
        {
            return ServerAnswer.Of(HttpStatusCode.Accepted);
        }

        var call = CallParams.Read(message.Inner);
        return ServerAnswer.Of(
            message.Method switch
            {
                Methods.Initialize => ReaderMessages.Server.Opened(message.Id, call?.Text("protocolVersion")),
                Methods.Discover => ReaderMessages.Server.Discovered(message.Id),
                Methods.Ping => OwnServer.Empty(message.Id),
                Methods.ToolsList => ReaderMessages.Tools(message.Id, server.Readers.Values),
                Methods.ToolsCall when call is not null => await CallAsync(
                        session,
                        server,
                        message.Id,
                        call,
                        cancellationToken
                    )
                    .ConfigureAwait(false),
                _ => new RpcError(RpcError.NoSuchMethod, "Method not found").ToMessage(message.Id),
            }
        );
    }

    private async Task<ReadOnlyMemory<byte>> CallAsync(
        Session session,
        ToolServer server,
        string id,
        CallParams call,
        CancellationToken cancellationToken
    )
    {
        if (
            call.Text("name") is not { } name
            || !server.Readers.TryGetValue(name, out var reader)
            || call.Arguments() is not { } arguments
        )
        {
            return new RpcError(RpcError.InvalidParams, "there is no such reader").ToMessage(id);
        }

        var room = _underWay.GetValue(session, static _ => new SemaphoreSlim(MaxReadings, MaxReadings));
        if (!await room.WaitAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false))
        {
            return ReaderMessages.Failed(id, ReadingEnd.Busy);
        }

        try
        {
            var (end, values) = await new ContentReading(ground, tools(), session, reader, clock)
                .ReadAsync(arguments, cancellationToken)
                .ConfigureAwait(false);
            return end == ReadingEnd.Given ? OwnServer.Given(id, values) : ReaderMessages.Failed(id, end);
        }
        finally
        {
            room.Release();
        }
    }
}
