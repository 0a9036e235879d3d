using System.Globalization;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;

namespace Bartizan.Daemon.Journals;

/// <summary>
/// Keeps a quiet log from looking like a cut one: while sessions live and nothing else is written, an entry every so often; and one
/// whenever entries could not be written that should have been, with their number. Silence longer than two beats of a live instance is
/// then something to look into.
/// </summary>
internal sealed class Heartbeat : IAsyncDisposable
{
    /// <summary>A minute of silence is short for who reads the log, and 1,440 entries a day are few.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly IJournal _journal;
    private readonly Func<long> _size;
    private readonly Func<int> _sessions;
    private readonly LostEntries _lost;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _beating;

    /// <summary>Starts it.</summary>
    /// <param name="journal">Where it is written.</param>
    /// <param name="size">How many entries the log has.</param>
    /// <param name="sessions">How many sessions live.</param>
    /// <param name="lost">What could not be written.</param>
    /// <param name="clock">The clock.</param>
    public Heartbeat(IJournal journal, Func<long> size, Func<int> sessions, LostEntries lost, TimeProvider clock)
    {
        _journal = journal;
        _size = size;
        _sessions = sessions;
        _lost = lost;
        _clock = clock;
        _beating = BeatAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _beating.ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task BeatAsync()
    {
        var before = _size();
        try
        {
            while (true)
            {
                await Task.Delay(Every, _clock, _closing.Token).ConfigureAwait(false);
                var size = _size();
                var sessions = _sessions();
                var lost = _lost.Take();
                if (lost > 0 || (sessions > 0 && size == before))
                {
                    await WriteAsync(sessions, lost).ConfigureAwait(false);
                }

                before = _size();
            }
        }
        catch (OperationCanceledException)
        {
            // The instance goes down and says so itself.
        }
    }

    private async Task WriteAsync(int sessions, long lost)
    {
        try
        {
            await _journal
                .AppendAsync(
                    new Entry
                    {
                        Kind = EntryKind.Heartbeat,
                        Detail = string.Create(
                            CultureInfo.InvariantCulture,
                            $"{sessions} {(sessions == 1 ? "session" : "sessions")}"
                        ),
                        Lost = lost,
                    },
                    _closing.Token
                )
                .ConfigureAwait(false);
        }
        catch (IOException)
        {
            // A log that takes nothing: what it lost is told when it takes something again. Nothing is granted meanwhile.
            _lost.PutBack(lost);
        }
    }
}
