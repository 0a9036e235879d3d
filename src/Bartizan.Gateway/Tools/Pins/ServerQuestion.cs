using System.Buffers;
using System.Text.Json;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools.Answers;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Pins;

/// <summary>A request of the gateway's own to a tool server: what a client would have asked and didn't.</summary>
internal sealed class ServerQuestion(ToolWiring wiring, Session session, ToolServer server, SessionTools tools)
{
    /// <summary>For one answer; a list that takes longer is none.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(30);

    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = Message.MaxDepth,
    };

    private int _asked;

    /// <summary>Asks; the result is undefined when there is none that can be read in one way.</summary>
    /// <exception cref="OperationCanceledException">When the server takes too long, or the caller doesn't wait.</exception>
    /// <exception cref="IOException">When the server can't be reached or says too much.</exception>
    public async Task<(JsonElement Result, string? Session)> AskAsync(
        string method,
        Action<Utf8JsonWriter> writeParams,
        ServerHeaders headers,
        CancellationToken cancellationToken
    )
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Revoked);
        soon.CancelAfter(AnswerWithin);
        var id = $"\"bartizan-{++_asked}\"";
        using var answer = await wiring
            .Servers.SendAsync(
                session,
                server,
                HttpMethod.Post,
                Body(id, method, headers, writeParams),
                headers,
                null,
                soon.Token
            )
            .ConfigureAwait(false);
        if (answer.Status is < 200 or > 299 || !(answer.IsJson || answer.IsStream))
        {
            return default;
        }

        using var buffer = new AnswerBuffer(tools, wiring.Options.MaxAnswerBytes);
        var body = await answer.OpenAsync(soon.Token).ConfigureAwait(false);
        if (answer.IsJson)
        {
            while (await buffer.FillAsync(body, soon.Token).ConfigureAwait(false)) { }

            answer.Echo.Mask(buffer.Filled.Span);
            return (ResultOf(buffer.Filled, id), answer.OpenedSession);
        }

        await using var events = new EventReader(body, buffer, soon.Token);
        while (await events.NextAsync().ConfigureAwait(false))
        {
            answer.Echo.Mask(events.Data.Span);
            if (
                Message.Read(events.Data) is { Kind: MessageKind.Result or MessageKind.Error } message
                && message.Id == id
            )
            {
                return (ResultOf(events.Data, id), answer.OpenedSession);
            }
        }

        return default;
    }

    /// <summary>Says what nobody answers.</summary>
    public async Task SayAsync(string method, ServerHeaders headers, CancellationToken cancellationToken)
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Revoked);
        soon.CancelAfter(AnswerWithin);
        using var answer = await wiring
            .Servers.SendAsync(
                session,
                server,
                HttpMethod.Post,
                Body(null, method, headers, static _ => { }),
                headers,
                null,
                soon.Token
            )
            .ConfigureAwait(false);
    }

    private static JsonElement ResultOf(ReadOnlyMemory<byte> bytes, string id)
    {
        var message = Message.Read(bytes);
        try
        {
            return message.Kind == MessageKind.Result && message.Id == id
                ? JsonElement.Parse(message.Inner.Span, Strict)
                : default;
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static ReadOnlyMemory<byte> Body(
        string? id,
        string method,
        in ServerHeaders headers,
        Action<Utf8JsonWriter> writeParams
    )
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        if (id is not null)
        {
            json.WritePropertyName("id"u8);
            json.WriteRawValue(id);
        }

        json.WriteString("method"u8, method);
        json.WriteStartObject("params"u8);
        if (headers.Method is not null)
        {
            // The stateless era says in each request what a session's first one says once.
            json.WriteStartObject("_meta"u8);
            json.WriteString("io.modelcontextprotocol/protocolVersion"u8, headers.Version);
            json.WriteStartObject("io.modelcontextprotocol/clientInfo"u8);
            json.WriteString("name"u8, "bartizan"u8);
            json.WriteString("version"u8, "1"u8);
            json.WriteEndObject();
            json.WriteStartObject("io.modelcontextprotocol/clientCapabilities"u8);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        writeParams(json);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }
}
