using Bartizan.Core.Enforcement;
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

    private readonly SemaphoreSlim _writing = new(1, 1);

    /// <summary>Passes the streams of a session's servers on (GET), of those too that are opened later.</summary>
    public Task ListenAsync(JoinedSession joined) =>
        RunAsync(joined.Id, default, limit => FollowAllAsync(joined, limit));

    /// <summary>Passes on what the servers of the stateless era say that a client listens for.</summary>
    public async Task SubscribeAsync(Posted posted)
    {
        if (!tools.TryListen())
        {
            var error = new RpcError(RpcError.Failed, "too many streams of this session are open");
            await writer.WriteErrorAsync(429, error, posted.Message.Id).ConfigureAwait(false);
            return;
        }

        var sources = new List<ListeningSource>();
        try
        {
            var watching = new ResourceWatch(wiring, context, session, writer);
            if (await watching.FindAsync(posted, sources).ConfigureAwait(false) is { } error)
            {
                await writer.WriteErrorAsync(200, error, posted.Message.Id).ConfigureAwait(false);
                return;
            }

            await RunAsync(
                    null,
                    ResourceWatch.Acknowledgement(posted),
                    limit => Task.WhenAll(sources.Select(source => FollowAsync(source, limit)))
                )
                .ConfigureAwait(false);
        }
        finally
        {
            foreach (var source in sources)
            {
                var isCut = session.Revoked.IsCancellationRequested;
                var ending = isCut
                    ? source.Call?.EndAsync(OutcomeKind.Cut, "cut")
                    : source.Call?.EndAsync(OutcomeKind.Cancelled, "the client went away");
                await (ending ?? default).ConfigureAwait(false);
            }

            tools.StopListening();
        }
    }

    private async Task RunAsync(string? id, ReadOnlyMemory<byte> first, Func<CancellationTokenSource, Task> follow)
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
            await follow(limit).ConfigureAwait(false);
            await Task.Delay(Timeout.InfiniteTimeSpan, wiring.Clock, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
    }

    // A server that gave no session when the client opened its own may give one later: from then on it is heard, and its tools are news.
    private async Task FollowAllAsync(JoinedSession joined, CancellationTokenSource limit)
    {
        var followed = new Dictionary<ClientSession, Task>();
        try
        {
            for (var isFirst = true; ; isFirst = false)
            {
                var more = joined.Joined;
                foreach (var part in joined.Parts.Values.Where(part => !followed.ContainsKey(part)))
                {
                    followed[part] = FollowAsync(new ListeningSource(part.Server, part, default, null), limit);
                    if (!isFirst)
                    {
                        await WriteAsync(JoinedMessage.Notification(Methods.ToolsChanged), limit.Token)
                            .ConfigureAwait(false);
                    }
                }

                // Those that ended their session are forgotten here too.
                foreach (var over in followed.Where(one => one.Value.IsCompleted && !IsOf(joined, one.Key)).ToList())
                {
                    followed.Remove(over.Key);
                }

                await more.WaitAsync(limit.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            await limit.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(followed.Values)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static bool IsOf(JoinedSession joined, ClientSession part) =>
        joined.Parts.TryGetValue(part.Server.Name, out var now) && now == part;

    private async Task FollowAsync(ListeningSource source, CancellationTokenSource limit)
    {
        source.Part?.Enter();
        try
        {
            while (true)
            {
                try
                {
                    using var answer = await OpenAsync(source, limit.Token).ConfigureAwait(false);
                    if (answer.Status is >= 400 and < 500 || (answer.Status == 200 && !answer.IsStream))
                    {
                        // It has nothing to say by itself.
                        return;
                    }

                    if (answer.Status == 200 && !await PassAsync(answer, source, limit.Token).ConfigureAwait(false))
                    {
                        return;
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
            source.Part?.Leave();
        }
    }

    private Task<ServerAnswer> OpenAsync(ListeningSource source, CancellationToken cancellationToken) =>
        source.Part is { } part
            ? wiring.Servers.SendAsync(
                session,
                source.Server,
                HttpMethod.Get,
                null,
                PartFetch.HeadersOf(part),
                null,
                cancellationToken
            )
            : wiring.Servers.SendAsync(
                session,
                source.Server,
                HttpMethod.Post,
                source.Body,
                new ServerHeaders { Version = Stateless.Version, Method = Methods.Listen },
                source.Call?.Passage?.Obligations.Credential,
                cancellationToken
            );

    // False once the server has said that this was all.
    private async Task<bool> PassAsync(ServerAnswer answer, ListeningSource source, CancellationToken cancellationToken)
    {
        using var buffer = new AnswerBuffer(tools, wiring.Options.MaxAnswerBytes);
        var body = await answer.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var events = new EventReader(body, buffer, cancellationToken);
        var (server, part) = (source.Server, source.Part);
        var mediation = new Mediation(wiring, session, server, tools, part, answer.Echo);
        var fetch = new PartFetch(wiring, context, session, tools);
        await using var held = new JoinedAnswers(mediation, source.Call, WriteAsync, cancellationToken);
        while (await events.NextAsync().ConfigureAwait(false))
        {
            if (events.Data.IsEmpty || await held.TakeAsync(events.Data).ConfigureAwait(false))
            {
                continue;
            }

            var taken = await mediation.TakeAsync(events.Data, source.Call, cancellationToken).ConfigureAwait(false);
            if (!taken.Refusal.IsEmpty)
            {
                await fetch.TellAsync(part!, taken.Refusal).ConfigureAwait(false);
            }

            if (taken.Answered is not null)
            {
                return false;
            }

            // The gateway has said by itself that the stream has begun.
            var said = taken.Bytes.IsEmpty ? default : Message.Read(taken.Bytes);
            if (taken.Bytes.IsEmpty || said.Method == Methods.Acknowledged)
            {
                continue;
            }

            var bytes = part is null ? JoinedMessage.Said(server.Name, said, taken.Bytes) : taken.Bytes;
            if (!bytes.IsEmpty)
            {
                await WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            }
        }

        return true;
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            writer.WriteEvent(null, null, bytes.Span);
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }
}
