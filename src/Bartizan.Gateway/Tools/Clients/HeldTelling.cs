using System.Buffers;
using System.Text.Json;
using Bartizan.Gateway.Tools.Answers;
using Bartizan.Gateway.Tools.Messages;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tools.Clients;

/// <summary>
/// Tells a client that something of its call is held. A person may need minutes, and clients give up sooner: from some seconds on the
/// answer is a stream, on which the client hears so, as progress where it asked for that.
/// </summary>
/// <param name="wiring">Its times.</param>
/// <param name="context">The client's request.</param>
/// <param name="writer">The client's answer.</param>
/// <param name="session">The MCP session's id; null for none.</param>
/// <param name="progressToken">By what progress is told; undefined for a line that only shows that the connection lives.</param>
/// <param name="says">What progress says.</param>
/// <param name="after">Numbers that were used up before: progress must grow.</param>
internal sealed class HeldTelling(
    ToolWiring wiring,
    HttpContext context,
    AnswerWriter writer,
    string? session,
    JsonElement progressToken,
    string says,
    int after = 0
)
{
    /// <summary>
    /// Something that is held, or a <see cref="TimeoutException"/> when it is time to tell its client so. Most never comes to that, and
    /// then nobody is needed who would tell.
    /// </summary>
    public static Task UntilToldAsync(Task held, ToolWiring wiring) =>
        held.WaitAsync(wiring.Options.TellAfter, wiring.Clock);

    /// <summary>Tells the client that something is held, and waits for it, telling it again.</summary>
    public async Task<T> WaitAsync<T>(Task<T> held)
    {
        for (var told = 1; !held.IsCompleted; told++)
        {
            if (!await TellAsync(after + told).ConfigureAwait(false))
            {
                // The client is gone; what is held ends by that.
                break;
            }

            await ((Task)held)
                .WaitAsync(wiring.Options.TellEvery, wiring.Clock)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return await held.ConfigureAwait(false);
    }

    private async ValueTask<bool> TellAsync(int told)
    {
        try
        {
            writer.BeginStream(session);
            if (progressToken.ValueKind is JsonValueKind.String or JsonValueKind.Number)
            {
                writer.WriteEvent(null, null, Progress(told).Span);
            }
            else
            {
                writer.WriteComment();
            }

            await writer.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            return true;
        }
        catch (Exception)
        {
            // INVARIANT: whatever fails here, what is held is waited for: nobody else would end it.
            return false;
        }
    }

    // Progress must grow, and the server's own begins at 0: what comes before it grows towards that.
    private ReadOnlyMemory<byte> Progress(int told)
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body, RpcError.Readable);
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WriteString("method"u8, "notifications/progress"u8);
        json.WriteStartObject("params"u8);
        json.WritePropertyName("progressToken"u8);
        progressToken.WriteTo(json);
        json.WriteNumber("progress"u8, -1.0 / told);
        json.WriteString("message"u8, says);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }
}
