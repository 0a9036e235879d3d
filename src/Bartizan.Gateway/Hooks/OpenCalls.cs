using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Hooks;

/// <summary>The calls of one session that were granted and have not been told as over. All are let go when the session is.</summary>
internal sealed class OpenCalls
{
    /// <summary>Calls that are remembered; clients run a few at once. The oldest is let go, and its outcome is then abandoned.</summary>
    public const int MaxOpen = 256;

    private readonly Lock _lock = new();
    private readonly Queue<string> _order = new();
    private readonly Dictionary<string, Passage> _passages = new(StringComparer.Ordinal);

    /// <summary>
    /// Remembers a granted call. One without a name, or with one that is taken, is over at once as far as anybody can tell.
    /// </summary>
    public async ValueTask AddAsync(string id, Passage passage)
    {
        Passage? over = null;
        lock (_lock)
        {
            if (id.Length == 0 || !_passages.TryAdd(id, passage))
            {
                over = passage;
            }
            else
            {
                _order.Enqueue(id);
                while (_order.Count > MaxOpen)
                {
                    _ = _passages.Remove(_order.Dequeue(), out over);
                }
            }
        }

        if (over is not null)
        {
            await over.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Records how a call ended; nothing when it isn't remembered.</summary>
    public ValueTask EndAsync(string id, OutcomeKind kind)
    {
        Passage? passage;
        lock (_lock)
        {
            _ = _passages.Remove(id, out passage);
        }

        // What a client says of its own call is its word; the intent is what counts.
        return passage?.CompleteAsync(new Outcome(kind, "as the client tells")) ?? ValueTask.CompletedTask;
    }

    /// <summary>Lets go of all that are left.</summary>
    public async Task LetGoAsync()
    {
        List<Passage> left;
        lock (_lock)
        {
            left = [.. _passages.Values];
            _passages.Clear();
            _order.Clear();
        }

        foreach (var passage in left)
        {
            await passage.DisposeAsync().ConfigureAwait(false);
        }
    }
}
