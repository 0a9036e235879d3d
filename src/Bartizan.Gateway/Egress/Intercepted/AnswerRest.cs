namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>What stands between the end of what was unpacked and the end of an answer.</summary>
internal static class AnswerRest
{
    /// <summary>Read and thrown away of what comes behind the end of a packed answer.</summary>
    private const int MaxRestBytes = 4 * 1024;

    /// <summary>Reads it, so that what stands behind it is known.</summary>
    public static async ValueTask DrainAsync(Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            var rest = new byte[MaxRestBytes];
            await stream
                .ReadAtLeastAsync(rest, rest.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception e)
            when (e is IOException or HttpRequestException or ObjectDisposedException or OperationCanceledException)
        {
            // Nobody misses it.
        }
    }
}
