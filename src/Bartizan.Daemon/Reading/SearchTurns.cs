namespace Bartizan.Daemon.Reading;

/// <summary>
/// Who searches now: few at once, and of each person fewer, so that however many searches somebody asks for, another one's turn comes after
/// those that run.
/// </summary>
internal sealed class SearchTurns(int atOnce, int ofPerson) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _all = new(atOnce, atOnce);
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);

    /// <summary>Runs a search in a person's turn.</summary>
    public async Task<T> RunAsync<T>(string person, Func<Task<T>> search, CancellationToken cancellationToken)
    {
        var line = Join(person);
        try
        {
            // INVARIANT: their own turn first: who waits for one of all holds no more of them than a person may.
            await line.Turns.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await _all.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    return await search().ConfigureAwait(false);
                }
                finally
                {
                    _all.Release();
                }
            }
            finally
            {
                line.Turns.Release();
            }
        }
        finally
        {
            Leave(person, line);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _all.Dispose();

    private Line Join(string person)
    {
        lock (_lock)
        {
            if (!_lines.TryGetValue(person, out var line))
            {
                _lines[person] = line = new Line(new SemaphoreSlim(ofPerson, ofPerson));
            }

            line.Waiting++;
            return line;
        }
    }

    private void Leave(string person, Line line)
    {
        lock (_lock)
        {
            if (--line.Waiting == 0)
            {
                _lines.Remove(person);
                line.Turns.Dispose();
            }
        }
    }

    private sealed class Line(SemaphoreSlim turns)
    {
        public SemaphoreSlim Turns { get; } = turns;

        public int Waiting { get; set; }
    }
}
