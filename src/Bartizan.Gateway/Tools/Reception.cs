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

    /// <summary>1 read, and 2 era; null when that is answered already.</summary>
    public async ValueTask<Posted?> ReadAsync(ReadOnlyMemory<byte> body)
    {
        var message = Message.Read(body);
        if (message.Kind == MessageKind.Unreadable)
        {
            await RecordAsync("?", "its message can't be read").ConfigureAwait(false);
            await writer.WriteErrorAsync(400, Unreadable(body.Span), "").ConfigureAwait(false);
            return null;
        }

        var call = message.Kind is MessageKind.Request or MessageKind.Notification
            ? CallParams.Read(message.Inner)
            : null;
        if (message.Kind is MessageKind.Request or MessageKind.Notification && call is null)
        {
            await RecordAsync(message.Method, "its parameters can be read in more than one way").ConfigureAwait(false);
            var error = new RpcError(
                RpcError.InvalidParams,
                "the parameters are no object that can be read in one way only"
            );
            await writer.WriteErrorAsync(400, error, message.Id).ConfigureAwait(false);
            return null;
        }

        var stateless =
            SessionHeader.Count == 0 && call is not null && Stateless.IsMeant(context.Request.Headers, call);
        return new Posted(body, message, call, stateless);
    }

    /// <summary>3 headers = body; false when that is answered already.</summary>
    public async ValueTask<bool> HoldsAsync(Posted posted)
    {
        var (headers, message) = (context.Request.Headers, posted.Message);
        if (
            posted.IsOfSession
            && headers.TryGetValue(VersionHeader, out var version)
            && !SessionEra.IsVersion(version.ToString())
        )
        {
            var error = new RpcError(RpcError.Transport, "this version of the protocol isn't spoken here");
            await writer.WriteErrorAsync(400, error, message.Id).ConfigureAwait(false);
            return false;
        }

        var wrong =
            posted.Call is not { } call ? null
            : posted.Stateless ? Stateless.Check(headers, message, call)
            : Stateless.CheckMirrored(headers, message, call);
        if (wrong is not var (problem, data))
        {
            return true;
        }

        await RecordAsync(message.Method, problem.Says).ConfigureAwait(false);
        await writer.WriteErrorAsync(400, problem, message.Id, data).ConfigureAwait(false);
        return false;
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
