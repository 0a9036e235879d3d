using System.Buffers;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools;
using Bartizan.Gateway.Tools.Answers;
using Bartizan.Gateway.Tools.Messages;
using Bartizan.Gateway.Transport;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Readers;

/// <summary>
/// Calls a reader's source through the tool gateway, as a client of the reader's session would: in the era of sessions, and where the
/// server doesn't speak it in the other.
/// </summary>
internal sealed class SourceCall(IHttpApplication<HttpContext> tools, Session session, ToolTarget source)
{
    /// <summary>The longest text that is read, in characters: what a small model takes.</summary>
    public const int MaxText = 256 << 10;

    /// <summary>The longest answer that it is taken from.</summary>
    private const int MaxAnswerBytes = 2 << 20;

    private const string Version = "2025-11-25";

    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(2);

    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = Message.MaxDepth,
    };

    /// <summary>The text of its result; null when there is none that may be read.</summary>
    public async Task<string?> ReadAsync(JsonElement arguments, CancellationToken cancellationToken)
    {
        var (opened, mcp) = await AskAsync(Methods.Initialize, WriteOpening, [], false, cancellationToken)
            .ConfigureAwait(false);
        var result = default(JsonElement);
        if (opened.ValueKind == JsonValueKind.Object && mcp is not null)
        {
            KeyValuePair<string, string>[] headers = [new(AnswerWriter.SessionHeader, mcp)];
            await SendAsync("POST", Body(null, Methods.Initialized, static _ => { }, false), headers, cancellationToken)
                .ConfigureAwait(false);
            (result, _) = await AskAsync(Methods.ToolsCall, Write, headers, false, cancellationToken)
                .ConfigureAwait(false);
            await LeaveAsync(headers, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            KeyValuePair<string, string>[] headers =
            [
                new("MCP-Protocol-Version", Stateless.Version),
                new("Mcp-Method", Methods.ToolsCall),
                new("Mcp-Name", Stateless.Encode(source.Tool)),
            ];
            (result, _) = await AskAsync(Methods.ToolsCall, Write, headers, true, cancellationToken)
                .ConfigureAwait(false);
        }

        return TextOf(result);

        void Write(Utf8JsonWriter json)
        {
            json.WriteString("name"u8, source.Tool);
            json.WritePropertyName("arguments"u8);
            arguments.WriteTo(json);
        }
    }

    private static void WriteOpening(Utf8JsonWriter json)
    {
        json.WriteString("protocolVersion"u8, Version);
        json.WriteStartObject("capabilities"u8);
        json.WriteEndObject();
        WriteSelf(json, "clientInfo");
    }

    private static void WriteSelf(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        json.WriteString("name"u8, "bartizan"u8);
        json.WriteString("version"u8, "1"u8);
        json.WriteEndObject();
    }

    // A server's session that nobody leaves stays until the server ends it; what was read doesn't wait for that.
    private async Task LeaveAsync(KeyValuePair<string, string>[] headers, CancellationToken cancellationToken)
    {
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        soon.CancelAfter(LeaveWithin);
        try
        {
            await SendAsync("DELETE", default, headers, soon.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It takes its time.
        }
    }

    private async Task<(JsonElement Result, string? Session)> AskAsync(
        string method,
        Action<Utf8JsonWriter> write,
        KeyValuePair<string, string>[] headers,
        bool stateless,
        CancellationToken cancellationToken
    )
    {
        const string Id = "1";
        var answer = await SendAsync("POST", Body(Id, method, write, stateless), headers, cancellationToken)
            .ConfigureAwait(false);
        var opened = answer.Headers[AnswerWriter.SessionHeader] is [{ Length: > 0 } one] ? one : null;
        foreach (var bytes in MessagesOf(answer))
        {
            var message = Message.Read(bytes);
            if (message.Id == Id && message.Kind == MessageKind.Result)
            {
                try
                {
                    return (JsonElement.Parse(message.Inner.Span, Strict), opened);
                }
                catch (JsonException)
                {
                    break;
                }
            }
        }

        return default;
    }

    private Task<OwnAnswer> SendAsync(
        string method,
        ReadOnlyMemory<byte> body,
        IEnumerable<KeyValuePair<string, string>> headers,
        CancellationToken cancellationToken
    ) =>
        OwnRequest.SendAsync(
            tools,
            session,
            method,
            ToolGateway.PathOf(source.Server),
            headers.Append(new("accept", "application/json, text/event-stream")),
            body,
            MaxAnswerBytes,
            cancellationToken
        );

    // The gateway writes an event's data on one line.
    private static IEnumerable<ReadOnlyMemory<byte>> MessagesOf(OwnAnswer answer)
    {
        if (answer.Headers.ContentType.ToString().StartsWith("application/json", StringComparison.Ordinal))
        {
            return [answer.Body];
        }

        return Encoding
            .UTF8.GetString(answer.Body.Span)
            .Split('\n')
            .Where(line => line.StartsWith("data: ", StringComparison.Ordinal))
            .Select(line => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(line["data: ".Length..]));
    }

    private static string? TextOf(JsonElement result)
    {
        if (
            result.ValueKind != JsonValueKind.Object
            || (result.TryGetProperty("isError", out var failed) && failed.ValueKind != JsonValueKind.False)
        )
        {
            return null;
        }

        var text = new StringBuilder();
        try
        {
            if (result.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in content.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object))
                {
                    var holder = item.TryGetProperty("resource", out var resource) ? resource : item;
                    if (
                        holder.ValueKind == JsonValueKind.Object
                        && holder.TryGetProperty("text", out var said)
                        && said.ValueKind == JsonValueKind.String
                    )
                    {
                        text.Append(said.GetString()).Append('\n');
                    }
                }
            }
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return null;
        }

        if (text.Length == 0 && result.TryGetProperty("structuredContent", out var structured))
        {
            text.Append(structured.GetRawText());
        }

        return text.Length is > 0 and <= MaxText ? text.ToString() : null;
    }

    private static ReadOnlyMemory<byte> Body(string? id, string method, Action<Utf8JsonWriter> write, bool stateless)
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
        if (stateless)
        {
            json.WriteStartObject("_meta"u8);
            json.WriteString("io.modelcontextprotocol/protocolVersion"u8, Stateless.Version);
            WriteSelf(json, "io.modelcontextprotocol/clientInfo");
            json.WriteStartObject("io.modelcontextprotocol/clientCapabilities"u8);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        write(json);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }
}
