namespace Bartizan.Log.Publishing;

/// <summary>Who waits for a rung, and how far each rung has come.</summary>
internal sealed class RungBoard
{
    /// <summary>Callers that wait for a rung above durable; more are refused, as the log falls behind them.</summary>
    public const int MaxWaiting = 65_536;

    private readonly Lock _lock = new();
    private readonly Dictionary<LogRung, LogStanding> _standings = [];
    private readonly PriorityQueue<TaskCompletionSource<LogStanding>, long>[] _waiting;
    private Exception? _closed;
    private int _count;

    public RungBoard()
    {
        _waiting = new PriorityQueue<TaskCompletionSource<LogStanding>, long>[(int)LogRung.Witnessed + 1];
        for (var i = 0; i < _waiting.Length; i++)
        {
            _waiting[i] = new PriorityQueue<TaskCompletionSource<LogStanding>, long>();
        }
    }

    /// <summary>How far a rung has come.</summary>
    public LogStanding Standing(LogRung rung)
    {
        lock (_lock)
        {
            return _standings.GetValueOrDefault(rung) ?? new LogStanding(rung, 0, null);
        }
    }

    /// <summary>Completes when the rung holds more entries than <paramref name="index"/>.</summary>
    public Task<LogStanding> WaitAsync(LogRung rung, long index, CancellationToken cancellationToken)
    {
        TaskCompletionSource<LogStanding> waiting;
        lock (_lock)
        {
            if (_standings.TryGetValue(rung, out var standing) && standing.Size > index)
            {
                return Task.FromResult(standing);
            }

            if (_closed is not null)
            {
                return Task.FromException<LogStanding>(_closed);
            }

            if (_count >= MaxWaiting)
            {
                return Task.FromException<LogStanding>(
                    new LogUnwritableException(
                        $"{MaxWaiting} callers wait already until their entries are {rung.ToString().ToLowerInvariant()}"
                    )
                );
            }

            _count++;
            waiting = new TaskCompletionSource<LogStanding>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting[(int)rung].Enqueue(waiting, index);
        }

        return waiting.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Says that a rung has come further.</summary>
    public void Raise(LogStanding standing)
    {
        lock (_lock)
        {
            if (_standings.TryGetValue(standing.Rung, out var before) && before.Size >= standing.Size)
            {
                return;
            }

            _standings[standing.Rung] = standing;
            var waiting = _waiting[(int)standing.Rung];
            while (waiting.TryPeek(out var first, out var index) && index < standing.Size)
            {
                _ = waiting.Dequeue();
                _count--;
                first.TrySetResult(standing);
            }
        }
    }

    /// <summary>Nothing comes further any more.</summary>
    public void Close(Exception reason)
    {
        lock (_lock)
        {
            _closed = reason;
            foreach (var waiting in _waiting)
            {
                while (waiting.TryDequeue(out var first, out _))
                {
                    first.TrySetException(reason);
                }
            }

            _count = 0;
        }
    }
}
