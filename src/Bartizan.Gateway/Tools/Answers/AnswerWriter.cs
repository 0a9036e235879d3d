using System.Buffers;
using System.Text;
using Bartizan.Gateway.Tools.Messages;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tools.Answers;

/// <summary>Writes to the client: one message, or a stream of events.</summary>
internal sealed class AnswerWriter(HttpContext context)
{
    /// <summary>What stands around an event's data, at most.</summary>
    private const int FrameBytes = 64;

    /// <summary>Bytes that may wait for a flush: a server that always has more to say is never waited for.</summary>
    private const int FlushAt = 64 * 1024;

    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);

    /// <summary>The header that names an MCP session.</summary>
    public const string SessionHeader = "Mcp-Session-Id";

    private int _unflushed;

    /// <summary>True when what was written should go out before more is written.</summary>
    public bool IsFull => _unflushed >= FlushAt;

    /// <summary>True once the stream has begun.</summary>
    public bool IsStreaming { get; private set; }

    /// <summary>What stands before each event's id: the server, where a stream could be of several.</summary>
    public string EventPrefix { get; init; } = "";

    /// <summary>Begins a stream, if none has begun.</summary>
    public void BeginStream(string? session)
    {
        if (IsStreaming)
        {
            return;
        }

        IsStreaming = true;
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-transform";
        if (session is not null)
        {
            response.Headers[SessionHeader] = session;
        }
    }

    /// <summary>Writes one event; it goes out with the next flush.</summary>
    public void WriteEvent(string? id, string? retry, ReadOnlySpan<byte> data)
    {
        id = id is null ? null : EventPrefix + id;

        // In one piece: before the response has started, Kestrel's writer gives nothing to those who ask for no size.
        var size = FrameBytes + (id?.Length ?? 0) + (retry?.Length ?? 0) + data.Length;
        var span = context.Response.BodyWriter.GetSpan(size);
        var length = 0;
        if (id is not null)
        {
            Put(span, "id: "u8, ref length);
            length += Encoding.Latin1.GetBytes(id, span[length..]);
            Put(span, "\n"u8, ref length);
        }

        if (retry is not null)
        {
            Put(span, "retry: "u8, ref length);
            length += Encoding.Latin1.GetBytes(retry, span[length..]);
            Put(span, "\n"u8, ref length);
        }

        // An event without data only carries its id; one with data is a message.
        Put(span, data.IsEmpty ? "data: "u8 : "event: message\ndata: "u8, ref length);
        Put(span, data, ref length);

        // Between JSON's own words a line's end is white space, and within its texts there is none.
        span.Slice(length - data.Length, data.Length).ReplaceAny(LineEnds, (byte)' ');
        Put(span, "\n\n"u8, ref length);
        context.Response.BodyWriter.Advance(length);
        _unflushed += length;
    }

    /// <summary>Writes a line that no client reads: it shows that the connection lives.</summary>
    public void WriteComment()
    {
        var span = context.Response.BodyWriter.GetSpan(FrameBytes);
        var length = 0;
        Put(span, ": held\n\n"u8, ref length);
        context.Response.BodyWriter.Advance(length);
    }

    /// <summary>Sends what was written.</summary>
    /// <exception cref="OperationCanceledException">When the client is gone.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        _unflushed = 0;
        var flushed = await context.Response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (flushed.IsCompleted || flushed.IsCanceled)
        {
            throw new OperationCanceledException();
        }
    }

    /// <summary>Answers with one message, or with a status alone; by an event where a stream has begun.</summary>
    public async ValueTask WriteJsonAsync(int status, ReadOnlyMemory<byte> body, string? session = null)
    {
        if (IsStreaming)
        {
            WriteEvent(null, null, body.Span);
            await FlushAsync(context.RequestAborted).ConfigureAwait(false);
            return;
        }

        var response = context.Response;
        response.StatusCode = status;
        response.ContentLength = body.Length;
        if (session is not null)
        {
            response.Headers[SessionHeader] = session;
        }

        if (!body.IsEmpty)
        {
            response.ContentType = "application/json";
            await response.BodyWriter.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>Tells an error of the gateway: by an event where a stream has begun, else as the whole answer.</summary>
    public async ValueTask WriteErrorAsync(
        int status,
        RpcError error,
        string id,
        Action<System.Text.Json.Utf8JsonWriter>? writeData = null
    )
    {
        var message = error.ToMessage(id, writeData);
        if (!IsStreaming && context.Response.HasStarted)
        {
            context.Abort();
        }
        else
        {
            await WriteJsonAsync(status, message).ConfigureAwait(false);
        }
    }

    private static void Put(Span<byte> to, ReadOnlySpan<byte> from, ref int length)
    {
        from.CopyTo(to[length..]);
        length += from.Length;
    }
}
