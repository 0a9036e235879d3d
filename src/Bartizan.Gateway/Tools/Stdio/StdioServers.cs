using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools.Answers;
using Bartizan.Gateway.Tools.Messages;
using Bartizan.Gateway.Transport;

namespace Bartizan.Gateway.Tools.Stdio;

/// <summary>
/// The way to servers that a command starts. It takes and gives what a server over HTTP would, so that everything in front of
/// it is one way: a request's answer is a stream of events, a listener hears what is said by itself.
/// </summary>
internal sealed class StdioServers(
    IIsolatedProcesses processes,
    ICredentialLender lender,
    ToolGatewayOptions options,
    TimeProvider clock
)
{
    private readonly ConditionalWeakTable<Session, ConcurrentDictionary<string, StdioServer>> _servers = [];

    /// <summary>Sends one request, as over HTTP.</summary>
    public async Task<ServerAnswer> SendAsync(
        Session session,
        ToolServer server,
        HttpMethod method,
        ReadOnlyMemory<byte>? body,
        ServerHeaders headers,
        CancellationToken cancellationToken
    )
    {
        // INVARIANT: what reads for a session has a process of its own: one that both used would tell the agent what was read.
        var one = _servers
            .GetValue(session, static _ => new(StringComparer.Ordinal))
            .GetOrAdd(
                server.Name,
                static (_, my) => new StdioServer(my.processes, my.lender, my.session, my.server, my.options, my.clock),
                (processes, lender, session, server, options, clock)
            );
        if (headers.Session is { } life && one.Living?.Name != life)
        {
            // Of a process that is gone: the client opens another session.
            return Status(HttpStatusCode.NotFound);
        }

        if (method == HttpMethod.Delete)
        {
            return Status(HttpStatusCode.OK);
        }

        var process = await one.LiveAsync(cancellationToken).ConfigureAwait(false);
        return method == HttpMethod.Get
            ? Stream(process.Listen(), process)
            : await PostAsync(process, body ?? default, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<ServerAnswer> PostAsync(
        StdioProcess process,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken
    )
    {
        var message = Message.Read(body);
        var call = CallParams.Read(message.Inner);
        switch (message.Kind)
        {
            case MessageKind.Request when call is not null:
                if (
                    message.Method == Methods.Initialize
                    && !await process.OpensAsync(cancellationToken).ConfigureAwait(false)
                )
                {
                    // A process is opened once: who comes later, or meanwhile, hears what the first one heard.
                    var again = new EventQueue(int.MaxValue);
                    again.Add(Known(message, process.Opened).Span, last: true);
                    return Stream(again, process);
                }

                return Stream(await process.AskAsync(message, call, cancellationToken).ConfigureAwait(false), process);
            case MessageKind.Notification when message.Method == "notifications/cancelled" && call is not null:
                await process.CancelAsync(call, cancellationToken).ConfigureAwait(false);
                return Status(HttpStatusCode.Accepted);
            case MessageKind.Notification when message.Method == Methods.Initialized && process.IsReady:
                return Status(HttpStatusCode.Accepted);
            default:
                process.IsReady |= message.Method == Methods.Initialized;
                await process.SendAsync(StdioMessage.AsIs(body), cancellationToken).ConfigureAwait(false);
                return Status(HttpStatusCode.Accepted);
        }
    }

    private static ReadOnlyMemory<byte> Known(Message message, ReadOnlyMemory<byte> opened) =>
        StdioMessage.Answer(new Message(MessageKind.Result, "", "", opened), message.Id);

    private static ServerAnswer Stream(EventQueue events, StdioProcess process)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(events) };
        response.Content.Headers.ContentType = new MediaTypeHeaderValue("text/event-stream");
        response.Headers.TryAddWithoutValidation(AnswerWriter.SessionHeader, process.Name);
        return new ServerAnswer(response, KeyEcho.OfKey(""));
    }

    private static ServerAnswer Status(HttpStatusCode status) =>
        new(new HttpResponseMessage(status), KeyEcho.OfKey(""));
}
