using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools.Answers;
using Bartizan.Gateway.Tools.Messages;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tools.Joined;

/// <summary>
/// One message of a client to all servers. What names a thing of one server goes to that server under its own name, by the
/// same <see cref="Exchange"/> and as the same action as at the server's own endpoint; what names none is asked of each and
/// answered in one. INVARIANT: nothing is decided here.
/// </summary>
internal sealed class JoinedExchange(ToolWiring wiring, HttpContext context, Session session, SessionTools tools)
{
    /// <summary>Pages of one server's list that are read; the rest of an endless one is left out.</summary>
    private const int MaxPages = 64;

    private readonly AnswerWriter _writer = new(context);
    private readonly PartFetch _fetch = new(wiring, context, session, tools);

    /// <summary>Takes a message that was posted.</summary>
    public async Task PostAsync(ReadOnlyMemory<byte> body)
    {
        var reception = new Reception(wiring, context, session, Reception.NoServer, _writer);
        if (await reception.ReadAsync(body).ConfigureAwait(false) is not { } posted)
        {
            return;
        }

        var joined = posted.IsOfSession ? tools.FindJoined(reception.SessionHeader) : null;
        if (posted.IsOfSession && joined is null)
        {
            await reception.TellNoSessionAsync(posted).ConfigureAwait(false);
            return;
        }

        if (!await reception.HoldsAsync(posted).ConfigureAwait(false))
        {
            return;
        }

        var taking = posted.Message.Kind switch
        {
            MessageKind.Request => RequestAsync(posted, joined),
            MessageKind.Notification => SayAsync(posted, joined),
            _ => ReplyAsync(posted, joined!),
        };
        await taking.ConfigureAwait(false);
    }

    /// <summary>Ends an MCP session with all servers, on both sides.</summary>
    public async Task EndAsync(JoinedSession joined)
    {
        var parts = joined.Parts.Values.Where(p => p.ServerSession is not null).ToList();
        await tools.CloseAsync(joined, OutcomeKind.Cancelled, "the client ended its MCP session").ConfigureAwait(false);
        await Task.WhenAll(parts.Select(p => _fetch.TellAsync(p, default, HttpMethod.Delete))).ConfigureAwait(false);
        await _writer.WriteJsonAsync(200, default).ConfigureAwait(false);
    }

    private async Task RequestAsync(Posted posted, JoinedSession? joined)
    {
        var (call, method) = (posted.Call!, posted.Message.Method);
        switch (Methods.Of(method))
        {
            case ClientMethod.Call or ClientMethod.Act when method is Methods.ToolsCall or Methods.GetPrompt:
                await RouteAsync(posted, joined, JoinedName.Split(call.Text("name")), Rename("name"))
                    .ConfigureAwait(false);
                return;
            case ClientMethod.Act
            or ClientMethod.Pass when method is Methods.ReadResource or Methods.Subscribe or Methods.Unsubscribe:
                await RouteAsync(posted, joined, JoinedName.SplitUri(call.Text("uri")), Rename("uri"))
                    .ConfigureAwait(false);
                return;
            case ClientMethod.Act when method is Methods.Complete:
                await CompleteAsync(posted, joined).ConfigureAwait(false);
                return;
            case ClientMethod.Denied or ClientMethod.Task or ClientMethod.Tasks:
                await RecordAsync(Reception.NoServer, method, "it is no method that is mediated").ConfigureAwait(false);
                await _writer
                    .WriteErrorAsync(
                        posted.Stateless ? 404 : 200,
                        new RpcError(RpcError.NoSuchMethod, "Method not found"),
                        posted.Message.Id
                    )
                    .ConfigureAwait(false);
                return;
        }

        if (!await session.WhenRunningAsync(context.RequestAborted).ConfigureAwait(false))
        {
            context.Abort();
            return;
        }

        await (
            Methods.Of(method) switch
            {
                ClientMethod.Open => OpenAsync(posted),
                ClientMethod.List => ListAsync(posted, joined),
                ClientMethod.Listen => new JoinedListening(wiring, context, session, tools, _writer).SubscribeAsync(
                    posted
                ),
                _ => PassAsync(posted, joined),
            }
        ).ConfigureAwait(false);
    }

    // To one server, under its own name.
    private async Task RouteAsync(
        Posted posted,
        JoinedSession? joined,
        (string Server, string Name)? split,
        Func<Posted, string, Posted> rename
    )
    {
        var method = posted.Message.Method;
        if (split is not var (name, own) || (method == Methods.ToolsCall && !ToolName.IsUsable(own)))
        {
            await RecordAsync(Reception.NoServer, method, "it names nothing of a server").ConfigureAwait(false);
            var error = new RpcError(RpcError.InvalidParams, "a name is `SERVER__NAME` here, an address `SERVER+URI`");
            await _writer.WriteErrorAsync(200, error, posted.Message.Id).ConfigureAwait(false);
            return;
        }

        if (
            !session.Manifest.Servers.TryGetValue(name, out var server)
            || !session.Policy.CouldReach(name, wiring.Clock.GetUtcNow())
        )
        {
            await RefuseAsync(posted, new ToolTarget(name, method == Methods.ToolsCall ? own : method))
                .ConfigureAwait(false);
            return;
        }

        var part = joined is null ? null : (await _fetch.OpenAsync(joined, server).ConfigureAwait(false)).Part;
        if (joined is not null && part is null)
        {
            await RecordAsync(name, method == Methods.ToolsCall ? own : method, "the server gives no MCP session")
                .ConfigureAwait(false);
            var error = new RpcError(RpcError.Failed, $"Bartizan: the server `{name}` can't be reached.");
            await _writer.WriteErrorAsync(200, error, posted.Message.Id).ConfigureAwait(false);
            return;
        }

        var writer = new AnswerWriter(context) { EventPrefix = JoinedName.EventOf(name) };
        await new Exchange(wiring, context, session, server, tools, writer)
            .TakeAsync(rename(posted, own), part)
            .ConfigureAwait(false);
    }

    // What isn't there is refused as what is denied: by the monitor, in the same words.
    private async Task RefuseAsync(Posted posted, ToolTarget target)
    {
        var action = new AgentAction
        {
            Session = session.Id,
            Target = target,
            Point = Mediation.Point,
            Payloads = posted.Call!.ToPayloads(),
        };
        await using var passage = await wiring
            .Monitor.RequestAsync(action, context.RequestAborted)
            .ConfigureAwait(false);
        if (passage.Granted)
        {
            await passage
                .CompleteAsync(new Outcome(OutcomeKind.Failed, "there is no such server"))
                .ConfigureAwait(false);
        }

        var error = passage.Granted
            ? new RpcError(RpcError.InvalidParams, "there is no such server")
            : RpcError.Refuse(target, passage.Decision);
        await _writer.WriteErrorAsync(200, error, posted.Message.Id).ConfigureAwait(false);
    }

    private Task CompleteAsync(Posted posted, JoinedSession? joined)
    {
        var subject = posted.Call!.Member("ref");
        var isUri = Text("type") == "ref/resource";
        return RouteAsync(
            posted,
            joined,
            isUri ? JoinedName.SplitUri(Text("uri")) : JoinedName.Split(Text("name")),
            (from, own) =>
                JoinedMessage.With(
                    from,
                    "ref",
                    json =>
                    {
                        json.WriteStartObject();
                        json.WriteString("type"u8, Text("type"));
                        json.WriteString(isUri ? "uri"u8 : "name"u8, own);
                        json.WriteEndObject();
                    }
                )
        );

        string? Text(string name) =>
            subject.ValueKind == JsonValueKind.Object
            && subject.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
    }

    private async Task OpenAsync(Posted posted)
    {
        var joined = await tools.JoinAsync(posted).ConfigureAwait(false);
        var abilities = new JoinedAbilities();
        var openings = await Task.WhenAll(
                JoinedServers
                    .Of(session, wiring.Clock.GetUtcNow())
                    .Select(async s => (s.Name, await _fetch.OpenAsync(joined, s).ConfigureAwait(false)))
            )
            .ConfigureAwait(false);
        foreach (var (name, opening) in openings)
        {
            abilities.Add(name, opening.Said);
        }

        var asked = posted.Call!.Text("protocolVersion") ?? "";
        var version = SessionEra.IsVersion(asked) ? asked : SessionEra.Newest;
        await _writer
            .WriteJsonAsync(200, JoinedAnswer.Opened(posted.Message.Id, version, abilities), joined.Id)
            .ConfigureAwait(false);
    }

    private async Task ListAsync(Posted posted, JoinedSession? joined)
    {
        var list = new JoinedList(posted.Message.Method, wiring.Options.MaxAnswerBytes);
        var rows = await Task.WhenAll(
                JoinedServers
                    .Of(session, wiring.Clock.GetUtcNow())
                    .Select(server => RowsAsync(posted, joined, server, list))
            )
            .ConfigureAwait(false);
        await _writer.WriteJsonAsync(200, list.Write(posted.Message.Id, posted.Stateless, rows)).ConfigureAwait(false);
    }

    private async Task<List<ReadOnlyMemory<byte>>> RowsAsync(
        Posted posted,
        JoinedSession? joined,
        ToolServer server,
        JoinedList list
    )
    {
        var (rows, cursor, method) = (new List<ReadOnlyMemory<byte>>(), (string?)null, posted.Message.Method);
        for (var page = 0; page == 0 || cursor is not null; page++)
        {
            if (page == MaxPages)
            {
                await _fetch.RecordAsync(server, method, "its list has no end").ConfigureAwait(false);
                return [];
            }

            var answer = await AskAsync(joined, server, method, JoinedMessage.Page(posted, cursor))
                .ConfigureAwait(false);
            if (answer.Fault is not null)
            {
                if (!answer.IsRefusal)
                {
                    await _fetch.RecordAsync(server, method, answer.Fault).ConfigureAwait(false);
                }

                return [];
            }

            if (answer.Result.IsEmpty)
            {
                return rows;
            }

            if (list.Read(server, answer.Result) is not var (more, next))
            {
                await _fetch
                    .RecordAsync(server, method, "its list is too large or can't be read")
                    .ConfigureAwait(false);
                return [];
            }

            rows.AddRange(more);
            cursor = next;
        }

        return rows;
    }

    // What belongs to the protocol alone: the gateway answers for all.
    private async Task PassAsync(Posted posted, JoinedSession? joined)
    {
        var answer = JoinedAnswer.Empty(posted.Message.Id, posted.Stateless);
        if (posted.Message.Method == Methods.Discover)
        {
            var abilities = new JoinedAbilities();
            foreach (var (name, said) in await EachAsync(posted, joined).ConfigureAwait(false))
            {
                abilities.Add(name, said);
            }

            answer = JoinedAnswer.Discovered(posted.Message.Id, abilities);
        }
        else if (posted.Message.Method == Methods.SetLevel)
        {
            await EachAsync(posted, joined).ConfigureAwait(false);
        }

        await _writer.WriteJsonAsync(200, answer).ConfigureAwait(false);
    }

    private async Task<(string Server, ReadOnlyMemory<byte> Said)[]> EachAsync(Posted posted, JoinedSession? joined) =>
        await Task.WhenAll(
                JoinedServers
                    .Of(session, wiring.Clock.GetUtcNow())
                    .Select(async server =>
                    {
                        var answer = await AskAsync(joined, server, posted.Message.Method, posted.Message.Inner)
                            .ConfigureAwait(false);
                        if (answer is { Fault: { } fault, IsRefusal: false })
                        {
                            await _fetch.RecordAsync(server, posted.Message.Method, fault).ConfigureAwait(false);
                        }

                        return (server.Name, answer.Result);
                    })
            )
            .ConfigureAwait(false);

    private async Task<PartAnswer> AskAsync(
        JoinedSession? joined,
        ToolServer server,
        string method,
        ReadOnlyMemory<byte> inner
    )
    {
        if (joined is null)
        {
            var sent = new ServerHeaders { Version = Stateless.Version, Method = method };
            return await _fetch.AskAsync(server, method, inner, sent, static _ => null).ConfigureAwait(false);
        }

        // One that gave no session was recorded when it didn't.
        return (await _fetch.OpenAsync(joined, server).ConfigureAwait(false)).Part is { } part
            ? await _fetch.AskAsync(server, method, inner, PartFetch.HeadersOf(part), _ => part).ConfigureAwait(false)
            : default;
    }

    private async Task SayAsync(Posted posted, JoinedSession? joined)
    {
        var method = posted.Message.Method;
        if (!Methods.IsSaidByClients(method))
        {
            await RecordAsync(Reception.NoServer, method, "it is no notification that is mediated")
                .ConfigureAwait(false);
        }
        else if (joined is not null && method != Methods.Initialized && !joined.Cancel(posted))
        {
            // That the client is ready each server was told when its part was opened; of a call that was held none has heard.
            await Task.WhenAll(joined.Parts.Values.Select(part => _fetch.TellAsync(part, posted.Body)))
                .ConfigureAwait(false);
        }

        await _writer.WriteJsonAsync(202, default).ConfigureAwait(false);
    }

    private async Task ReplyAsync(Posted posted, JoinedSession joined)
    {
        if (
            JoinedName.SplitId(posted.Message.Id) is not var (name, id)
            || !joined.Parts.TryGetValue(name, out var part)
        )
        {
            await _writer.WriteJsonAsync(202, default).ConfigureAwait(false);
            return;
        }

        await new Exchange(wiring, context, session, part.Server, tools, _writer)
            .TakeAsync(JoinedMessage.Replied(posted, id), part)
            .ConfigureAwait(false);
    }

    private static Func<Posted, string, Posted> Rename(string member) =>
        (posted, own) => JoinedMessage.With(posted, member, json => json.WriteStringValue(own));

    private ValueTask RecordAsync(string server, string method, string reason) =>
        wiring.Monitor.RefuseAsync(
            new AgentAction
            {
                Session = session.Id,
                Target = new ToolTarget(server, method),
                Point = Mediation.Point,
            },
            reason
        );
}
