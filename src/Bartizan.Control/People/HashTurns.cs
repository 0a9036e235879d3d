namespace Bartizan.Control.People;

/// <summary>Hashing a passphrase takes a processor for a fifth of a second: few at once, and few who wait for a turn.</summary>
public sealed class HashTurns : IDisposable
{
    /// <summary>Hashes at once.</summary>
    public const int MaxAtOnce = 2;

    /// <summary>Who waits for one; more are told to come again.</summary>
    public const int MaxWaiting = 32;

    private readonly SemaphoreSlim _turns = new(MaxAtOnce);
    private int _waiting;

    /// <summary>Hashes in turn; null when too many wait.</summary>
    public async Task<T?> RunAsync<T>(Func<T> hash, CancellationToken cancellationToken)
        where T : struct
    {
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return null;
        }

        try
        {
            await _turns.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await Task.Run(hash, CancellationToken.None).ConfigureAwait(false);
            }
            finally
            {
                _turns.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();
}
