using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox;
using Bartizan.Sandbox.Observation;

namespace Bartizan.Daemon.Observation;

/// <summary>
/// Writes what is seen inside a session's sandbox into the log: what was started, written, removed and read, each in entries of many,
/// and a last one with the numbers. What could not be told of is in the next entry's <c>lost</c>. When it can't be seen or written any
/// more while the sandbox still runs, the session ends.
/// </summary>
internal sealed class SeenRecord
{
    /// <summary>How long a sighting waits for others to share an entry with.</summary>
    private static readonly TimeSpan s_gather = TimeSpan.FromSeconds(1);

    /// <summary>How long the end of a session waits for the last of them.</summary>
    private static readonly TimeSpan s_last = TimeSpan.FromSeconds(5);

    /// <summary>How long a sandbox of which nothing was seen may take to be known to have ended.</summary>
    private static readonly TimeSpan s_ends = TimeSpan.FromSeconds(1);

    /// <summary>Entries of one session at once: a build that starts ten thousand programs.</summary>
    private const int MaxBurst = 500;

    /// <summary>Entries a second that come back: an agent can't fill the disk by what it does inside.</summary>
    private const int MaxPerSecond = 20;

    private const string Point = "sandbox";

    private readonly IJournal _journal;
    private readonly Session _session;
    private readonly TimeProvider _clock;
    private readonly Dictionary<(SightingKind Kind, bool IsAgain), SeenBatch> _batches = new()
    {
        [(SightingKind.Started, false)] = new SeenBatch(Verb.Exec, "started"),
        [(SightingKind.NotThere, false)] = new SeenBatch(Verb.Exec, "not there"),
        [(SightingKind.NotThere, true)] = new SeenBatch(Verb.Exec, "not there, again"),
        [(SightingKind.Written, false)] = new SeenBatch(Verb.Write, "written"),
        [(SightingKind.Written, true)] = new SeenBatch(Verb.Write, "written, again"),
        [(SightingKind.Removed, false)] = new SeenBatch(Verb.Write, "removed"),
        [(SightingKind.Removed, true)] = new SeenBatch(Verb.Write, "removed, again"),
        [(SightingKind.Read, false)] = new SeenBatch(Verb.Read, "read"),
        [(SightingKind.Read, true)] = new SeenBatch(Verb.Read, "read, again"),
    };

    private double _left = MaxBurst;
    private long _refilled;
    private long _lost;
    private long _lostBefore;
    private SightingSums? _sums;
    private long _idle;

    private SeenRecord(IJournal journal, Session session, TimeProvider clock)
    {
        _journal = journal;
        _session = session;
        _clock = clock;
        _refilled = clock.GetTimestamp();
    }

    /// <summary>
    /// Follows a sandbox that is about to start. <paramref name="onBlind"/> is called, once, with the reason when nothing is seen or
    /// written any more before its last process has ended.
    /// </summary>
    public static Task FollowAsync(
        ISandbox sandbox,
        IJournal journal,
        Session session,
        TimeProvider clock,
        Action<string> onBlind
    ) =>
        sandbox.IsSeen
            ? FollowAsync(sandbox.SeenAsync(CancellationToken.None), sandbox.Exited, journal, session, clock, onBlind)
            : Task.CompletedTask;

    internal static Task FollowAsync(
        IAsyncEnumerable<Sighting> seen,
        Task exited,
        IJournal journal,
        Session session,
        TimeProvider clock,
        Action<string> onBlind
    ) => new SeenRecord(journal, session, clock).FollowAsync(seen, exited, onBlind);

    /// <summary>What the end of a session waits for.</summary>
    public static async Task LastAsync(Task? seen, TimeProvider clock)
    {
        if (seen is not null)
        {
            await Task.WhenAny(seen, Task.Delay(s_last, clock, CancellationToken.None)).ConfigureAwait(false);
        }
    }

    internal static Entry Of(Session session) =>
        new()
        {
            Kind = EntryKind.Seen,
            Session = session.Id,
            Agent = session.Agent,
            Person = session.Person,
            Observed = session.Observe,
            Point = Point,
        };

    private async Task FollowAsync(IAsyncEnumerable<Sighting> seen, Task exited, Action<string> onBlind)
    {
        try
        {
            var any = await GatherAsync(seen).ConfigureAwait(false);
            if (_sums is null && (any || await RunsOnAsync(exited).ConfigureAwait(false)))
            {
                onBlind("what happens inside its sandbox can't be seen any more");
            }
        }
        catch (Exception)
        {
            // Whatever it was: nobody else would notice that nothing is recorded.
            onBlind("what happens inside its sandbox can't be recorded any more");
        }
    }

    // What ends before it begins tells nothing either: a launch that fails, a kill beside it. Its end is known a moment later.
    private async Task<bool> RunsOnAsync(Task exited)
    {
        if (!exited.IsCompleted)
        {
            await Task.WhenAny(exited, Task.Delay(s_ends, _clock, CancellationToken.None)).ConfigureAwait(false);
        }

        return !exited.IsCompleted;
    }

    private async Task<bool> GatherAsync(IAsyncEnumerable<Sighting> seen)
    {
        var sightings = seen.GetAsyncEnumerator(CancellationToken.None);
        await using (sightings.ConfigureAwait(false))
        {
            var (any, due) = (false, 0L);
            var next = sightings.MoveNextAsync().AsTask();
            while (true)
            {
                var isWaiting = _batches.Values.Any(batch => batch.Count > 0);
                if (isWaiting && (!next.IsCompleted || _clock.GetTimestamp() >= due))
                {
                    var left = _clock.GetElapsedTime(_clock.GetTimestamp(), due);
                    var wait =
                        left > TimeSpan.Zero ? Task.Delay(left, _clock, CancellationToken.None) : Task.CompletedTask;
                    if (await Task.WhenAny(wait, next).ConfigureAwait(false) == wait)
                    {
                        await WriteAllAsync().ConfigureAwait(false);
                        continue;
                    }
                }

                if (!await next.ConfigureAwait(false))
                {
                    await WriteAllAsync().ConfigureAwait(false);
                    if (any)
                    {
                        await WriteSumsAsync().ConfigureAwait(false);
                    }

                    return any;
                }

                any = true;
                due = isWaiting
                    ? due
                    : _clock.GetTimestamp() + (long)(s_gather.TotalSeconds * _clock.TimestampFrequency);
                await TakeAsync(sightings.Current).ConfigureAwait(false);
                next = sightings.MoveNextAsync().AsTask();
            }
        }
    }

    private async ValueTask TakeAsync(Sighting sighting)
    {
        switch (sighting.Kind)
        {
            case SightingKind.Lost:
                _lost += sighting.Sums.All - _lostBefore;
                _lostBefore = sighting.Sums.All;
                break;
            case SightingKind.End:
                (_sums, _idle) = (sighting.Sums, sighting.Count);
                break;
            default:
                // What won't be written needn't be looked through for credentials either.
                Refill();
                if (_left < 1)
                {
                    _lost += sighting.Count;
                    return;
                }

                var batch = _batches[(sighting.Kind, sighting.IsAgain)];
                batch.Add(sighting);
                if (batch.IsFull)
                {
                    await WriteAsync(batch).ConfigureAwait(false);
                }

                break;
        }
    }

    private async Task WriteAllAsync()
    {
        foreach (var batch in _batches.Values)
        {
            if (batch.Count > 0)
            {
                await WriteAsync(batch).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask WriteAsync(SeenBatch batch)
    {
        Refill();
        var count = batch.Count;
        var entry = batch.Take(_session, _lost);
        if (_left < 1)
        {
            _lost += count;
            return;
        }

        _left--;
        _lost = 0;
        await _journal.PostAsync(entry, CancellationToken.None).ConfigureAwait(false);
    }

    private void Refill()
    {
        var now = _clock.GetTimestamp();
        _left = Math.Min(MaxBurst, _left + (_clock.GetElapsedTime(_refilled, now).TotalSeconds * MaxPerSecond));
        _refilled = now;
    }

    private async ValueTask WriteSumsAsync()
    {
        // Cut short, at least one is lost: nobody knows how many.
        var entry = Of(_session) with
        {
            Detail = _sums is { } sums
                ? FormattableString.Invariant(
                    $"in all: {sums.Started} programs started, {sums.NotThere} not there, {sums.Written} writes, {sums.Removed} removals, "
                ) + FormattableString.Invariant($"{sums.Read} reads; {_idle} calls that did nothing")
                : "cut short: what happened after the last of these isn't known",
            Lost = _sums is null ? Math.Max(1, _lost) : _lost,
        };
        await _journal.PostAsync(entry, CancellationToken.None).ConfigureAwait(false);
    }
}
