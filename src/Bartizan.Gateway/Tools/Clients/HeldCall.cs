using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Gateway.Tools.Answers;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tools.Clients;

/// <summary>A client's request while it is decided, which may take a person minutes: its client hears that it is held.</summary>
internal sealed class HeldCall(
    ToolWiring wiring,
    HttpContext context,
    AnswerWriter writer,
    ClientSession? client,
    string id,
    JsonElement progressToken
)
{
    private const string Says = "Bartizan holds this call until it is decided; a person may have to approve it";

    /// <summary>Has it decided. A client that cancels it, or goes away, has it refused.</summary>
    public async ValueTask<Passage> RequestAsync(AgentAction action)
    {
        using var cancel = client?.Hold(id, context.RequestAborted);
        try
        {
            var deciding = wiring.Monitor.RequestAsync(action, cancel?.Token ?? context.RequestAborted).AsTask();
            await HeldTelling.UntilToldAsync(deciding, wiring).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return deciding.IsCompleted
                ? await deciding.ConfigureAwait(false)
                : await new HeldTelling(wiring, context, writer, client?.Id, progressToken, Says)
                    .WaitAsync(deciding)
                    .ConfigureAwait(false);
        }
        finally
        {
            if (cancel is not null)
            {
                client!.LetGo(id, cancel);
            }
        }
    }
}
