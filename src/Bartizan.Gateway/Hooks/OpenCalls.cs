namespace Bartizan.Gateway.Hooks;

/// <summary>The calls of one session that were granted and have not been told as over. All are let go when the session is.</summary>
internal sealed class OpenCalls
{
    /// <summary>Calls that are remembered; clients run a few at once. The oldest is let go, and its outcome is then abandoned.</summary>
    public const int MaxOpen = 256;

    private readonly Lock _lock = new();
    private readonly Queue<string> _order = new();
    private readonly Dictionary<string, OpenCall> _calls = new(StringComparer.Ordinal);

    /// <summary>
    /// Remembers a granted call. One without a name, or with one that is taken, is over at once as far as anybody can tell.
    /// </summary>
    public async ValueTask AddAsync(string id, OpenCall call)
    {
        OpenCall? over = null;
        lock (_lock)
        {
            if (id.Length == 0 || !_calls.TryAdd(id, call))
            {
                over = call;
            }
            else
            {
                _order.Enqueue(id);
                while (_order.Count > MaxOpen)
                {
                    _ = _calls.Remove(_order.Dequeue(), out over);
                }
            }
        }

        if (over is not null)
        {
            await over.Passage.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Takes a call that is over; null when it isn't remembered. Whoever takes it records how it ended.</summary>
    public OpenCall? Take(string id)
    {
        lock (_lock)
        {
            return _calls.Remove(id, out var call) ? call : null;
        }
    }

    /// <summary>Lets go of all that are left.</summary>
    public async Task LetGoAsync()
    {
        List<OpenCall> left;
        lock (_lock)
        {
            left = [.. _calls.Values];
            _calls.Clear();
            _order.Clear();
        }

        foreach (var call in left)
        {
            await call.Passage.DisposeAsync().ConfigureAwait(false);
        }
    }
}
