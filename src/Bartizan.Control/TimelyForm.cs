using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Bartizan.Control;

/// <summary>A request's form, which comes in time or not at all.</summary>
internal static class TimelyForm
{
    /// <summary>
    /// Reads it; null for a body that is none. When it isn't there in time its connection is cut: an answer would have to wait for the
    /// rest.
    /// </summary>
    /// <exception cref="OperationCanceledException">It didn't come in time, or the client is gone.</exception>
    public static async Task<IFormCollection?> ReadAsync(HttpContext context, TimeSpan within, TimeProvider clock)
    {
        if (!context.Request.HasFormContentType)
        {
            return null;
        }

        // Found before the timer runs: a request's features aren't for two threads at once.
        var connection = context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        using var late = new CancellationTokenSource(within, clock);
        using var cut = late.Token.UnsafeRegister(
            static one => ((IHttpRequestLifetimeFeature)one!).Abort(),
            connection
        );
        return await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
