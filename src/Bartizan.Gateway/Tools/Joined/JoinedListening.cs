using System.Text.Json;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools.Answers;
using Bartizan.Gateway.Tools.Clients;
using Bartizan.Gateway.Tools.Messages;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tools.Joined;

/// <summary>
/// One stream of what all servers say by themselves. A server whose stream ends is listened to again after a while; the
/// client's own ends when the client goes, or its session.
/// </summary>
internal sealed class JoinedListening(
    ToolWiring wiring,
    HttpContext context,
    Session session,
    SessionTools tools,
    AnswerWriter writer
)
{
    /// <summary>Before a server is listened to again.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private const string Notifications = "notifications";

    private readonly SemaphoreSlim _writing = new(1, 1);

    /// <summary>Passes the streams of a session's servers on (GET).</summary>
    public Task ListenAsync(JoinedSession joined) =>
        RunAsync(
            joined.Id,
            default,
            [.. joined.Parts.Values],
            (part, token) =>
                wiring.Servers.SendAsync(
                    session,
                    part.Server,
                    HttpMethod.Get,
                    null,
                    PartFetch.HeadersOf(part),
                    null,
                    token
                ),
            part => (part.Server, part)
        );

    /// <summary>Passes on what the servers of the stateless era say that a client listens for.</summary>
    public async Task SubscribeAsync(Posted posted)
    {
        var wanted = posted.Call!.Member(Notifications);
        if (wanted.ValueKind == JsonValueKind.Object && wanted.TryGetProperty("resourceSubscriptions", out var some))
        {
            if (
                some.ValueKind is not JsonValueKind.Null
                && !(some.ValueKind == JsonValueKind.Array && some.GetArrayLength() == 0)
            )
            {
                var error = new RpcError(
                    RpcError.InvalidParams,
                    "a resource's changes are listened for at its server's own endpoint"
                );
                await writer.WriteErrorAsync(200, error, posted.Message.Id).ConfigureAwait(false);
                return;
            }
        }

        if (!tools.TryListen())
        {
            var error = new RpcError(RpcError.Failed, "too many streams of this session are open");
            await writer.WriteErrorAsync(429, error, posted.Message.Id).ConfigureAwait(false);
            return;
        }

        try
        {
            await RunAsync(
                    null,
                    Acknowledgement(posted, wanted),
                    [.. JoinedServers.Of(session, wiring.Clock.GetUtcNow())],
                    (server, token) =>
                        wiring.Servers.SendAsync(
                            session,
                            server,
                            HttpMethod.Post,
                            posted.Body,
                            new ServerHeaders { Version = Stateless.Version, Method = Methods.Listen },
                            null,
                            token
                        ),
                    server => (server, null)
                )
                .ConfigureAwait(false);
        }
        finally
        {
            tools.StopListening();
        }
    }

    private async Task RunAsync<T>(
        string? id,
        ReadOnlyMemory<byte> first,
        IReadOnlyList<T> sources,
        Func<T, CancellationToken, Task<ServerAnswer>> open,
        Func<T, (ToolServer, ClientSession?)> of
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, session.Revoked);
        writer.BeginStream(id);
        if (!first.IsEmpty)
        {
            writer.WriteEvent(null, null, first.Span);
        }

        try
        {
            await writer.FlushAsync(limit.Token).ConfigureAwait(false);
            await Task.WhenAll(sources.Select(source => FollowAsync(source, open, of, limit))).ConfigureAwait(false);
            await Task.Delay(Timeout.InfiniteTimeSpan, wiring.Clock, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
    }

    private async Task FollowAsync<T>(
        T source,
        Func<T, CancellationToken, Task<ServerAnswer>> open,
        Func<T, (ToolServer, ClientSession?)> of,
        CancellationTokenSource limit
    )
    {
        var (server, part) = of(source);
        part?.Enter();
        try
        {
            while (true)
            {
                try
                {
                    using var answer = await open(source, limit.Token).ConfigureAwait(false);
                    if (answer.Status is >= 400 and < 500 || (answer.Status == 200 && !answer.IsStream))
                    {
                        // It has nothing to say by itself.
                        return;
                    }

                    if (answer.Status == 200)
                    {
                        await PassAsync(answer, server, part, limit.Token).ConfigureAwait(false);
                    }
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // This server's stream broke off; the others' go on.
                }

                await Task.Delay(Pause, wiring.Clock, limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            await limit.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            part?.Leave();
        }
    }

    private async Task PassAsync(
        ServerAnswer answer,
        ToolServer server,
        ClientSession? part,
        CancellationToken cancellationToken
    )
    {
        using var buffer = new AnswerBuffer(tools, wiring.Options.MaxAnswerBytes);
        var events = new EventReader(await answer.OpenAsync(cancellationToken).ConfigureAwait(false), buffer);
        var mediation = new Mediation(wiring, session, server, tools, part, answer.Echo);
        var fetch = new PartFetch(wiring, context, session, tools);
        while (await events.NextAsync(cancellationToken).ConfigureAwait(false))
        {
            if (events.Data.IsEmpty)
            {
                continue;
            }

            var taken = await mediation.TakeAsync(events.Data, null, cancellationToken).ConfigureAwait(false);
            if (!taken.Refusal.IsEmpty)
            {
                await fetch.TellAsync(part!, taken.Refusal).ConfigureAwait(false);
            }

            // The gateway has said by itself that the stream has begun.
            if (taken.Bytes.IsEmpty || Message.Read(taken.Bytes).Method == Methods.Acknowledged)
            {
                continue;
            }

            await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                writer.WriteEvent(null, null, taken.Bytes.Span);
                await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _writing.Release();
            }
        }
    }

    private static ReadOnlyMemory<byte> Acknowledgement(Posted posted, JsonElement wanted) =>
        JoinedMessage.Notification(
            Methods.Acknowledged,
            json =>
            {
                json.WriteStartObject("_meta"u8);
                var id = posted.Message.Id;
                json.WriteString(
                    "io.modelcontextprotocol/subscriptionId"u8,
                    id.StartsWith('"') ? JsonSerializer.Deserialize(id, MessageText.Default.String) : id
                );
                json.WriteEndObject();
                json.WriteStartObject(Notifications);
                if (wanted.ValueKind == JsonValueKind.Object)
                {
                    foreach (var one in wanted.EnumerateObject().Where(o => o.Value.ValueKind == JsonValueKind.True))
                    {
                        one.WriteTo(json);
                    }
                }

                json.WriteEndObject();
            }
        );
}
