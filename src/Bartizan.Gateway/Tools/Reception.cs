using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools.Answers;
using Bartizan.Gateway.Tools.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Bartizan.Gateway.Tools;

/// <summary>The first steps of every exchange: the message is read, its era told, its headers held against its body.</summary>
internal readonly struct Reception(
    ToolWiring wiring,
    HttpContext context,
    Session session,
    string server,
    AnswerWriter writer
)
{
    /// <summary>The server's name in entries about a message to all servers that names none.</summary>
    public const string NoServer = "?";

    private const string VersionHeader = "MCP-Protocol-Version";

    /// <summary>The MCP session that the client names.</summary>
    public StringValues SessionHeader => context.Request.Headers[AnswerWriter.SessionHeader];

    /// <summary>1 read, and 2 era; null when that is answered already. Waits only where it answers.</summary>
    public ValueTask<Posted?> ReadAsync(ReadOnlyMemory<byte> body)
    {
        var message = Message.Read(body);
        if (message.Kind == MessageKind.Unreadable)
        {
            return TellUnreadAsync("?", "its message can't be read", Unreadable(body.Span), "");
        }

        var call = message.Kind is MessageKind.Request or MessageKind.Notification
            ? CallParams.Read(message.Inner)
            : null;
        if (message.Kind is MessageKind.Request or MessageKind.Notification && call is null)
        {
            var error = new RpcError(
                RpcError.InvalidParams,
                "the parameters are no object that can be read in one way only"
            );
            return TellUnreadAsync(
                message.Method,
                "its parameters can be read in more than one way",
                error,
                message.Id
            );
        }

        var stateless =
            SessionHeader.Count == 0 && call is not null && Stateless.IsMeant(context.Request.Headers, call);
        return new(new Posted(body, message, call, stateless));
    }

    /// <summary>3 headers = body; false when that is answered already. Waits only where it answers.</summary>
    public ValueTask<bool> HoldsAsync(Posted posted)
    {
        var (headers, message) = (context.Request.Headers, posted.Message);
        if (
            posted.IsOfSession
            && headers.TryGetValue(VersionHeader, out var version)
            && !SessionEra.IsVersion(version.ToString())
        )
        {
            var error = new RpcError(RpcError.Transport, "this version of the protocol isn't spoken here");
            return TellWrongAsync(null, message, error, null);
        }

        var wrong =
            posted.Call is not { } call ? null
            : posted.Stateless ? Stateless.Check(headers, message, call)
            : Stateless.CheckMirrored(headers, message, call);
        return wrong is var (problem, data) ? TellWrongAsync(problem.Says, message, problem, data) : new(true);
    }

    /// <summary>Answers that the MCP session isn't there.</summary>
    public ValueTask TellNoSessionAsync(Posted posted)
    {
        var (status, error) =
            SessionHeader.Count == 0
                ? (400, new RpcError(RpcError.Transport, "the header Mcp-Session-Id is missing"))
                : (404, new RpcError(RpcError.NoSuchSession, "Session not found"));
        return writer.WriteErrorAsync(status, error, posted.Message.Id);
    }

    private async ValueTask<Posted?> TellUnreadAsync(string method, string reason, RpcError error, string id)
    {
        await RecordAsync(method, reason).ConfigureAwait(false);
        await writer.WriteErrorAsync(400, error, id).ConfigureAwait(false);
        return null;
    }

    // A version that isn't spoken is no attempt at anything, and leaves no entry.
    private async ValueTask<bool> TellWrongAsync(
        string? recorded,
        Message message,
        RpcError error,
        Action<Utf8JsonWriter>? data
    )
    {
        if (recorded is not null)
        {
            await RecordAsync(message.Method, recorded).ConfigureAwait(false);
        }

        await writer.WriteErrorAsync(400, error, message.Id, data).ConfigureAwait(false);
        return false;
    }

    private ValueTask RecordAsync(string method, string reason) =>
        wiring.Monitor.RefuseAsync(
            new AgentAction
            {
                Session = session.Id,
                Target = new ToolTarget(server, method),
                Point = Mediation.Point,
            },
            reason
        );

    private static RpcError Unreadable(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            reader.Read();
            reader.Skip();
            return new RpcError(
                RpcError.InvalidRequest,
                "the message is no single JSON-RPC message that is read in one way only"
            );
        }
        catch (JsonException)
        {
            return new RpcError(RpcError.Parse, "Parse error");
        }
    }
}
