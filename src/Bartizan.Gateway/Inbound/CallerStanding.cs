using Bartizan.Gateway.Transport;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// Whether who opened a connection, or has an answer that goes on, would still be let in: it is looked at again as it was at first, so that
/// neither outlives its caller's token or certificate, the key that it was signed with, or what the book of users says of them.
/// </summary>
internal sealed class CallerStanding(CallerCheck check, TimeProvider clock)
{
    /// <summary>How often it is looked.</summary>
    public static readonly TimeSpan LookedEvery = TimeSpan.FromMinutes(1);

    /// <summary>Completes when it is so no longer, with why; half a sentence.</summary>
    public Task<string> LostAsync(HttpRequest request, Caller caller, CancellationToken cancellationToken) =>
        LostAsync(request, caller, isWhole: false, cancellationToken);

    /// <summary>The same; what is meant to be given whole to whom was let in when they asked is looked at later, when it goes on.</summary>
    public async Task<string> LostAsync(
        HttpRequest request,
        Caller caller,
        bool isWhole,
        CancellationToken cancellationToken
    )
    {
        if (isWhole)
        {
            await Task.Delay(LookedEvery, clock, cancellationToken).ConfigureAwait(false);
        }

        while (true)
        {
            var left = caller.Until is { } until ? until - clock.GetUtcNow() : LookedEvery;
            if (left <= TimeSpan.Zero)
            {
                return "its caller's credential holds no longer";
            }

            await Task.Delay(left < LookedEvery ? left : LookedEvery, clock, cancellationToken).ConfigureAwait(false);
            var (now, why) = await LookAsync(request, cancellationToken).ConfigureAwait(false);
            if (now is null)
            {
                return $"its caller isn't let in any more: {why}";
            }

            if (!now.Equals(caller))
            {
                return "its caller is known as somebody else now";
            }
        }
    }

    /// <summary>Waits for what is passed on to its end, or to the moment at which its caller is lost.</summary>
    /// <exception cref="PassageCutException">The caller was lost before.</exception>
    public static async Task WhileHeldAsync(Task passing, Task<string> lost, CancellationTokenSource over)
    {
        var isLost = await Task.WhenAny(passing, lost).ConfigureAwait(false) == lost;

        // INVARIANT: both are over when this is: they read a request that is another's after it.
        await over.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(passing, lost).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (isLost && !passing.IsCompletedSuccessfully)
        {
            throw new PassageCutException(await lost.ConfigureAwait(false));
        }

        await passing.ConfigureAwait(false);
    }

    // Who can't be looked at again isn't known any more either.
    private async Task<CallerAnswer> LookAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await check.LookAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return CallerAnswer.Refused("it can't be looked at again");
        }
    }
}
