using Bartizan.Core.Enforcement;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Model.Held;

/// <summary>
/// A request to a model while it is decided: a person may need minutes. Who asked for a stream of events gets one after some seconds, with
/// comments that every reader of events passes over; who didn't waits, and no longer than clients do.
/// </summary>
internal sealed class HeldRequest(HttpContext context, ModelCall call, TimeProvider clock, ModelGatewayOptions options)
{
    /// <summary>How long people have, where nothing can be told to who waits; null for as long as the rules let it.</summary>
    public TimeSpan? Patience => call.IsStreamed ? null : options.HeldUnstreamedFor;

    /// <summary>Waits for the decision, and tells the client meanwhile.</summary>
    public async Task<Passage> WaitAsync(ValueTask<Passage> deciding)
    {
        if (deciding.IsCompleted || !call.IsStreamed)
        {
            return await deciding.ConfigureAwait(false);
        }

        var held = deciding.AsTask();
        for (var within = options.TellAfter; ; within = options.TellEvery)
        {
            try
            {
                return await held.WaitAsync(within, clock).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // INVARIANT: what was granted meanwhile is carried out or completed, never lost.
                if (held.IsCompleted || !await TellAsync().ConfigureAwait(false))
                {
                    // The client is gone; what is held ends by that.
                    return await held.ConfigureAwait(false);
                }
            }
        }
    }

    private async Task<bool> TellAsync()
    {
        try
        {
            await HeldStream.TellAsync(context, call, clock).ConfigureAwait(false);
            return true;
        }
        catch (Exception)
        {
            // INVARIANT: whatever fails here, the decision is waited for: nobody else would end it.
            return false;
        }
    }
}
