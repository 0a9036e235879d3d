using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// Whether who opened a connection would still be let in: it is looked at again as it was at first, so that no connection outlives its
/// caller's token or certificate, the key that it was signed with, or what the book of users says of them.
/// </summary>
internal sealed class CallerStanding(CallerCheck check, TimeProvider clock)
{
    /// <summary>How often it is looked.</summary>
    public static readonly TimeSpan LookedEvery = TimeSpan.FromMinutes(1);

    /// <summary>Completes when it is so no longer, with why; half a sentence.</summary>
    public async Task<string> LostAsync(HttpRequest request, Caller caller, CancellationToken cancellationToken)
    {
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
