using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Nodes;

namespace Bartizan.Gateway.Model.Deciding;

/// <summary>What goes on to the client while calls are decided, and the judge who is asked.</summary>
internal sealed class DecidedStream(
    PipeWriter writer,
    CallJudge judge,
    bool isStream,
    bool takesComments,
    TimeProvider clock,
    CancellationToken cancellationToken
)
{
    /// <summary>How long a client hears nothing while a person is asked; clients give up after a minute or more.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>Bytes written.</summary>
    public long Written { get; private set; }

    /// <summary>
    /// Passes bytes on. The three characters that some clients take for the end of a line are escaped, as they may be in any JSON, so
    /// that a text can't hold an event of its own for them.
    /// </summary>
    public void Pass(ReadOnlySpan<byte> raw)
    {
        while (true)
        {
            var at = IndexOfLineEnd(raw, out var length, out var escape);
            if (at < 0)
            {
                Write(raw);
                return;
            }

            Write(raw[..at]);
            Write(escape);
            raw = raw[(at + length)..];
        }
    }

    /// <summary>Writes an event of our own.</summary>
    public void Write(string name, JsonNode data)
    {
        if (name.Length > 0)
        {
            Write(Encoding.UTF8.GetBytes($"event: {name}\n"));
        }

        Write("data: "u8);
        Write(StrictJson.Bytes(data));
        Write("\n\n"u8);
    }

    /// <summary>Decides one call, and lets the client know that the connection lives while it takes.</summary>
    /// <returns>Null when it is granted, else the sentence that stands in its place.</returns>
    public async ValueTask<string?> DecideAsync(AnswerCall call)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var deciding = judge.DecideAsync(call, gone.Token).AsTask();
        if (isStream && !deciding.IsCompleted)
        {
            // What came before the call is the client's already, and so is the head.
            await FlushAsync(gone).ConfigureAwait(false);
        }

        while (isStream && takesComments && !deciding.IsCompleted)
        {
            using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var pause = Task.Delay(KeepAlive, clock, wait.Token);
            await Task.WhenAny(deciding, pause).ConfigureAwait(false);
            if (pause.IsCompletedSuccessfully)
            {
                Write(": waiting\n\n"u8);
                await FlushAsync(gone).ConfigureAwait(false);
            }

            await wait.CancelAsync().ConfigureAwait(false);
        }

        var refusal = await deciding.ConfigureAwait(false);
        // INVARIANT: after a kill nothing of the answer goes on, not even the explanation.
        cancellationToken.ThrowIfCancellationRequested();
        return refusal;
    }

    // A server that finds its client gone says so by what it flushes; then nobody is to be asked any longer.
    private async Task FlushAsync(CancellationTokenSource gone)
    {
        var flushed = await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (flushed.IsCompleted || flushed.IsCanceled)
        {
            await gone.CancelAsync().ConfigureAwait(false);
        }
    }

    private static int IndexOfLineEnd(ReadOnlySpan<byte> raw, out int length, out ReadOnlySpan<byte> escape)
    {
        length = 3;
        escape = default;
        var next = raw.IndexOf("\u2028"u8[..2]);
        while (next >= 0 && (next + 2 >= raw.Length || raw[next + 2] is not (0xA8 or 0xA9)))
        {
            var more = raw[(next + 2)..].IndexOf("\u2028"u8[..2]);
            next = more < 0 ? -1 : next + 2 + more;
        }

        if (next >= 0)
        {
            escape = raw[next + 2] == 0xA8 ? "\\u2028"u8 : "\\u2029"u8;
        }

        var line = raw.IndexOf("\u0085"u8);
        if (line >= 0 && (next < 0 || line < next))
        {
            next = line;
            length = 2;
            escape = "\\u0085"u8;
        }

        return next;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        Written += bytes.Length;
        while (bytes.Length > 0)
        {
            // At least one: asked for none, a server that writes in chunks has none to give at the end of a chunk.
            var room = writer.GetSpan(sizeHint: 1);
            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            writer.Advance(count);
            bytes = bytes[count..];
        }
    }
}
