namespace Bartizan.Vault.Providers;

/// <summary>Asks a provider again for what it says it didn't do: a few times, as <c>Retry-After</c> says.</summary>
internal static class ProviderTries
{
    /// <summary>Tries of one request that wasn't done.</summary>
    public const int MaxTries = 3;

    /// <summary>The longest that a request waits because the server says so.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_usualWait = TimeSpan.FromMilliseconds(250);

    /// <summary>Asks; the caller disposes of the answer.</summary>
    /// <param name="sendAsync">Sends it once.</param>
    /// <param name="problemOf">What an answer means; <see cref="ProviderFault.Unknown"/> for one that is good.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ProviderException">It wasn't done, or nobody knows.</exception>
    public static async Task<ProviderReply> AskAsync(
        Func<CancellationToken, Task<ProviderReply>> sendAsync,
        Func<ProviderReply, (ProviderFault Fault, string Problem)> problemOf,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        for (var tries = 1; ; tries++)
        {
            var reply = await sendAsync(cancellationToken).ConfigureAwait(false);
            var (fault, problem) = problemOf(reply);
            if (fault == ProviderFault.Unknown)
            {
                return reply;
            }

            var wait = reply.RetryAfter ?? s_usualWait * tries;
            reply.Dispose();
            if (fault != ProviderFault.Busy || tries == MaxTries || wait > LongestWait)
            {
                throw new ProviderException(fault, problem);
            }

            await Task.Delay(wait, clock, cancellationToken).ConfigureAwait(false);
        }
    }
}
