using System.Runtime.CompilerServices;
using Bartizan.Client;
using Bartizan.Client.Events;
using Bartizan.Client.Records;
using Bartizan.Client.Sessions;
using Bartizan.Control;
using Bartizan.Daemon.Sessions;

namespace Bartizan.Daemon.Reading;

/// <summary>
/// What is new, for people who watch. It looks at what there is, and tells each of them what differs from what they were told last: so
/// nothing waits in line for whoever is slow, and no action waits for whoever watches.
/// </summary>
internal sealed class ChangeFeed(
    LiveSessions sessions,
    Func<IReadOnlyList<SessionSummary>> summaries,
    Func<long> entries,
    Func<long, int, Onlooker, CancellationToken, Task<IReadOnlyList<LogRow>>> newFindings,
    TimeProvider clock
)
{
    /// <summary>People who watch at once: a window each, and some to spare.</summary>
    public const int MaxListeners = 64;

    /// <summary>Of those, one person's windows.</summary>
    public const int MaxOfPerson = 8;

    private const int Failed = 125;

    // Looks until which a finding that was told of is looked for: the log may not have it yet.
    private const int MaxLooks = 30;

    // A person sees it at once; a busy instance looks no more often.
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(50);

    // What no entry tells of: an ask that waits, a budget of a new day.
    private static readonly TimeSpan s_lookAtLeast = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_sayAtLeast = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private ListedSessions _listed = ListedSessions.None;
    private long _listedAt;
    private readonly Shares _listeners = new(MaxListeners, MaxOfPerson);

    /// <summary>What is new for an onlooker, until they leave or are signed out; null when there was nothing for a while.</summary>
    public async IAsyncEnumerable<LiveChange?> ChangesAsync(
        Onlooker onlooker,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        if (!_listeners.TryTake(onlooker.Person))
        {
            throw new ControlException(
                new ControlProblem(Failed, "too many windows watch this instance", "close some of yours")
            );
        }

        try
        {
            var told = new ToldChanges(onlooker.MaySee);
            var (findings, looks, size) = (sessions.Findings, 0, entries());
            var said = clock.GetTimestamp();
            using var timer = new PeriodicTimer(s_lookEvery, clock);
            do
            {
                IReadOnlyList<LogRow> found = [];
                looks = sessions.Findings != findings ? MaxLooks : looks - 1;
                findings = sessions.Findings;
                if (looks > 0)
                {
                    (found, size) = await NewFindingsAsync(onlooker, size, cancellationToken).ConfigureAwait(false);
                    looks = found.Count > 0 ? 0 : looks;
                }

                if (
                    told.Next(List(), onlooker.Asks(), found, onlooker.Agents() is null ? entries() : null) is
                    { } change
                )
                {
                    said = clock.GetTimestamp();
                    yield return change;
                }
                else if (clock.GetElapsedTime(said) > s_sayAtLeast)
                {
                    said = clock.GetTimestamp();
                    yield return null;
                }
            } while (onlooker.IsHere() && await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            _listeners.Release(onlooker.Person);
        }
    }

    private async Task<(IReadOnlyList<LogRow> Found, long Size)> NewFindingsAsync(
        Onlooker onlooker,
        long size,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var rows = await newFindings(size - 1, LiveChange.MaxFindings, onlooker, cancellationToken)
                .ConfigureAwait(false);
            return (rows, rows.Count > 0 ? rows[^1].Index + 1 : size);
        }
        catch (ControlException)
        {
            // The log was busy for too long: they are looked for again, and what else is new is told meanwhile.
            return ([], size);
        }
    }

    // Shared by everybody who watches: one look for all of them.
    private ListedSessions List()
    {
        lock (_lock)
        {
            var age = clock.GetElapsedTime(_listedAt);
            var quiet = _listed.IsSettled && _listed.Changes == sessions.Changes;
            if (age >= (quiet ? s_lookAtLeast : s_lookEvery / 2))
            {
                _listed = _listed.Next(sessions.Changes, summaries());
                _listedAt = clock.GetTimestamp();
            }

            return _listed;
        }
    }
}
