using System.Buffers;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Gateway.Tools.Answers;
using Bartizan.Gateway.Tools.Messages;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tools.Clients;

/// <summary>
/// A client's request while it is decided. A person may need minutes for that, and clients give up sooner: from some seconds on the
/// answer is a stream, on which the client hears that the call is held, as progress where it asked for that.
/// </summary>
internal sealed class HeldCall(
    ToolWiring wiring,
    HttpContext context,
    AnswerWriter writer,
    ClientSession? client,
    string id,
    JsonElement progressToken
)
{
    /// <summary>Has it decided. A client that cancels it, or goes away, has it refused.</summary>
    public async ValueTask<Passage> RequestAsync(AgentAction action)
    {
        using var cancel = client?.Hold(id, context.RequestAborted);
        try
        {
            var deciding = wiring.Monitor.RequestAsync(action, cancel?.Token ?? context.RequestAborted);
            return deciding.IsCompletedSuccessfully
                ? deciding.Result
                : await WaitAsync(deciding.AsTask()).ConfigureAwait(false);
        }
        finally
        {
            if (cancel is not null)
            {
                client!.LetGo(id, cancel);
            }
        }
    }

    private async Task<Passage> WaitAsync(Task<Passage> deciding)
    {
        var within = wiring.Options.TellAfter;
        for (var told = 1; ; told++)
        {
            try
            {
                return await deciding.WaitAsync(within, wiring.Clock).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                within = wiring.Options.TellEvery;
            }

            if (!await TellAsync(told).ConfigureAwait(false))
            {
                // The client is gone; the decision ends by that.
                return await deciding.ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<bool> TellAsync(int told)
    {
        try
        {
            writer.BeginStream(client?.Id);
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
            // INVARIANT: whatever fails here, the passage is waited for: nobody else would end it.
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
        json.WriteString(
            "message"u8,
            "Bartizan holds this call until it is decided; a person may have to approve it"u8
        );
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }
}
