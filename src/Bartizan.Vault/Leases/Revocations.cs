using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Bartizan.Vault.Leases;

/// <summary>
/// What is to be taken away elsewhere. Each is tried at once, and again, later and later, until it is gone; that is an entry, and so is the
/// first failure. The book has it until then: the next start goes on where this instance ended.
/// </summary>
/// <typeparam name="T">What is known of one of them.</typeparam>
public sealed class Revocations<T>(ILeaseBook<T> book, RevocationWords<T> words, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>How long the end of the instance waits for what is being tried.</summary>
    public static readonly TimeSpan LastTries = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_firstWait = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest wait between two tries: a server that is back is seen within a minute.</summary>
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (T Record, string Problem)> _pending = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Task, Task> _running = new();
    private readonly CancellationTokenSource _ending = new();

    /// <summary>What waits, one sentence for each.</summary>
    public ImmutableArray<string> Pending =>
        [
            // At one moment: others come and go meanwhile.
            .. _pending
                .ToArray()
                .OrderBy(one => one.Key, StringComparer.Ordinal)
                .Select(one => words.Waits(one.Value.Record, one.Value.Problem)),
        ];

    /// <summary>Takes away what a start finds in the book: nobody has it.</summary>
    public void Sweep(Func<T, CancellationToken, Task<string?>> tryOne)
    {
        ArgumentNullException.ThrowIfNull(tryOne);
        foreach (var record in book.All)
        {
            _ = Begin(record, ending => tryOne(record, ending));
        }
    }

    /// <summary>Takes one away; completes with the first try, and goes on by itself where that fails.</summary>
    /// <param name="record">What it is.</param>
    /// <param name="tryOnce">Tries; says what is in the way, or null when it is gone.</param>
    /// <param name="held">What is disposed of when it is gone, or when the instance ends.</param>
    public Task Begin(T record, Func<CancellationToken, Task<string?>> tryOnce, IAsyncDisposable? held = null)
    {
        ArgumentNullException.ThrowIfNull(tryOnce);
        var tried = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = RevokeAsync(record, tryOnce, held, tried);
        _running[running] = tried.Task;
        _ = running.ContinueWith(task => _running.TryRemove(task, out _), TaskScheduler.Default);
        return tried.Task;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_running.Values)
            .WaitAsync(LastTries, clock)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_running.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }

    private async Task RevokeAsync(
        T record,
        Func<CancellationToken, Task<string?>> tryOnce,
        IAsyncDisposable? held,
        TaskCompletionSource tried
    )
    {
        var (id, wait) = (words.IdOf(record), s_firstWait);
        try
        {
            // Whoever ends a session isn't held up by what a try does before it first waits.
            await Task.Yield();
            while (true)
            {
                if (await ProblemOfAsync(record, tryOnce).ConfigureAwait(false) is not { } problem)
                {
                    _pending.TryRemove(id, out _);
                    await words.SayAsync(record, true, "").ConfigureAwait(false);
                    return;
                }

                if (_pending.TryAdd(id, (record, problem)))
                {
                    await words.SayAsync(record, false, problem).ConfigureAwait(false);
                }

                _pending[id] = (record, problem);
                tried.TrySetResult();
                await Task.Delay(wait, clock, _ending.Token).ConfigureAwait(false);
                wait = wait * 2 < s_longestWait ? wait * 2 : s_longestWait;
            }
        }
        catch (Exception) when (_ending.IsCancellationRequested)
        {
            // The instance ends; the book knows it, and the next start goes on.
        }
        finally
        {
            tried.TrySetResult();
            if (held is not null)
            {
                await held.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    // Whatever a try dies of, it is tried again. Its words may repeat what a server said: its name is enough.
    private async Task<string?> ProblemOfAsync(T record, Func<CancellationToken, Task<string?>> tryOnce)
    {
        try
        {
            var problem = await tryOnce(_ending.Token).ConfigureAwait(false);
            if (problem is null)
            {
                book.Remove(record);
            }

            return problem;
        }
        catch (Exception e) when (!_ending.IsCancellationRequested)
        {
            return $"it failed ({e.GetType().Name})";
        }
    }
}
