using System.Collections.Immutable;
using Bartizan.Core.Entries;
using Bartizan.Core.Retention;
using Bartizan.Core.Sessions;
using Bartizan.Log;
using Bartizan.Log.Tiles;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Retention;

/// <summary>
/// Finds what has reached its age. Pure reading: a log is folded twice, once for its sessions, once for what of its entries goes.
/// </summary>
internal sealed class Planner(RetentionSettings settings, DateTimeOffset now, RetentionLimits limits)
{
    private static readonly EntryKind[] s_kinds =
    [
        .. Enum.GetValues<EntryKind>().Where(kind => kind != EntryKind.Unknown),
    ];
    private static readonly PayloadClass[] s_classes = Enum.GetValues<PayloadClass>();

    private readonly Dictionary<(EntryKind Kind, KeptReason Why), long> _entries = [];
    private readonly Dictionary<(PayloadClass Class, KeptReason Why), long> _payloads = [];
    private readonly Dictionary<PayloadClass, long> _sessions = [];
    private readonly HashSet<SessionId> _expiring = [];
    private RetentionFold _fold = null!;
    private RetentionStop? _stop;
    private long _to;

    /// <summary>Makes the plan.</summary>
    /// <param name="log">The log.</param>
    /// <param name="counts">Whether to count to the end what stays and why; else it stops at the first entry that does.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<RetentionPlan> PlanAsync(LogDirectory log, bool counts, CancellationToken cancellationToken)
    {
        var minimum = log.MinimumIndex;
        _fold = await RetentionFold.ReadAsync(log, limits.Size, cancellationToken).ConfigureAwait(false);
        var expiring = PlanPayloads();
        await PlanEntriesAsync(log, minimum, counts, cancellationToken).ConfigureAwait(false);
        var gone = _fold.Sessions.Where(track => track.LastIndex < _to).Select(track => track.Id);
        return new RetentionPlan(
            minimum,
            _to,
            [.. s_classes.Select(Describe)],
            counts || _to > minimum ? [.. s_kinds.Select(Describe)] : [],
            _stop
        )
        {
            Expiring = expiring,
            Gone = [.. gone],
            Carried = [.. _fold.Holds.Where(hold => hold.Index < _to)],
            WantsSegmentClosed =
                _stop is { Reason: KeptReason.Unpublished } && limits.Size - limits.Prunable >= 2 * TilePath.Width,
        };
    }

    private ImmutableArray<(SessionId, ImmutableArray<(PayloadClass, long)>)> PlanPayloads()
    {
        var expiring = ImmutableArray.CreateBuilder<(SessionId, ImmutableArray<(PayloadClass, long)>)>();
        foreach (var track in _fold.Sessions.OrderBy(track => track.LastIndex))
        {
            var classes = ImmutableArray.CreateBuilder<(PayloadClass, long)>();
            foreach (var one in s_classes.Where(one => track.Payloads[(int)one] > 0 && !track.Gone[(int)one]))
            {
                var count = track.Payloads[(int)one];
                var why = WhyKept(track, settings.AgeOf(one));
                Count(_payloads, (one, why), count);
                if (why == KeptReason.None)
                {
                    classes.Add((one, count));
                    Count(_sessions, one, 1);
                }
            }

            if (classes.Count > 0)
            {
                expiring.Add((track.Id, classes.ToImmutable()));
                if (s_classes.All(one => track.Payloads[(int)one] == 0 || track.Gone[(int)one] || IsIn(classes, one)))
                {
                    _expiring.Add(track.Id);
                }
            }
        }

        return expiring.ToImmutable();
    }

    private async Task PlanEntriesAsync(
        LogDirectory log,
        long minimum,
        bool counts,
        CancellationToken cancellationToken
    )
    {
        _to = minimum;
        await foreach (var leaf in log.ReadAsync(minimum, limits.Size, cancellationToken).ConfigureAwait(false))
        {
            var (kind, why, text) = Judge(leaf);
            if (why != KeptReason.None && _stop is null)
            {
                _stop = new RetentionStop(leaf.Index, why, $"entry {leaf.Index} {text}");
                _to = Math.Max(minimum, leaf.Index - (leaf.Index % TilePath.Width));
                if (!counts)
                {
                    break;
                }
            }

            Count(_entries, (kind, _stop is not null && why == KeptReason.None ? KeptReason.Behind : why), 1);
        }

        if (_stop is null)
        {
            _to = Math.Max(minimum, limits.Prunable);
        }
        else
        {
            // Entries of a bundle stay together: those before the one that stays were counted as if they went.
            await RecountAsync(log, _to, _stop.Index, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RecountAsync(LogDirectory log, long from, long to, CancellationToken cancellationToken)
    {
        await foreach (var leaf in log.ReadAsync(from, to - from, cancellationToken).ConfigureAwait(false))
        {
            var kind = EntryGlance.Of(leaf).Kind;
            Count(_entries, (kind, KeptReason.None), -1);
            Count(_entries, (kind, KeptReason.Behind), 1);
        }
    }

    private (EntryKind Kind, KeptReason Why, string Text) Judge(LogLeaf leaf)
    {
        var glance = EntryGlance.Of(leaf);
        var kind = glance.Kind;
        var age = settings.AgeOf(kind);
        var track = glance.Session.IsEmpty ? null : _fold.TrackOf(glance.Session);
        var why = track is null ? WhyKept(glance.Time, age) : WhyKept(track, age);
        if (why == KeptReason.None && track is { HasPayloads: true } && !_expiring.Contains(track.Id))
        {
            why = KeptReason.Payloads;
        }

        if (why == KeptReason.None && leaf.Index >= limits.Exported)
        {
            why = KeptReason.Unexported;
        }

        if (why == KeptReason.None && leaf.Index >= limits.Prunable)
        {
            why = KeptReason.Unpublished;
        }

        return (kind, why, why == KeptReason.None ? "" : Say(why, kind, age, track));
    }

    private KeptReason WhyKept(SessionTrack track, TimeSpan? age) =>
        _fold.IsLive(track) ? KeptReason.Live
        : track.Hold is not null ? KeptReason.Held
        : track.Open.Count > 0 ? KeptReason.Unfinished
        : WhyKept(track.LastTime, age);

    private KeptReason WhyKept(DateTimeOffset since, TimeSpan? age) =>
        age is not { } kept ? KeptReason.Forever
        : now - since < kept ? KeptReason.Young
        : KeptReason.None;

    private string Say(KeptReason why, EntryKind kind, TimeSpan? age, SessionTrack? track) =>
        why switch
        {
            KeptReason.Live => $"is of `{track!.Id}`, which lives",
            KeptReason.Held =>
                $"is of `{track!.Id}`, which a legal hold keeps (entry {track.Hold!.Index}, `{track.Hold.Scope}`)",
            KeptReason.Unfinished => $"is of `{track!.Id}`, which has an action without an outcome",
            KeptReason.Forever => $"is of the kind `{Word(kind)}`, which is kept for ever",
            KeptReason.Young => $"is of the kind `{Word(kind)}`, which is kept {age!.Value.TotalDays}d",
            KeptReason.Payloads => $"is of `{track!.Id}`, whose payloads are kept longer",
            KeptReason.Unexported => $"was not sent to every sink yet ({limits.Slowest})",
            _ =>
                "is in no bundle yet, or under no checkpoint that is published, or witnessed where there are witnesses",
        };

    private PayloadPlan Describe(PayloadClass one) =>
        new(
            one,
            settings.AgeOf(one),
            _sessions.GetValueOrDefault(one),
            _payloads.GetValueOrDefault((one, KeptReason.None)),
            Stays(_payloads.Where(count => count.Key.Class == one).Select(count => (count.Key.Why, count.Value)))
        );

    private EntryPlan Describe(EntryKind kind) =>
        new(
            kind,
            settings.AgeOf(kind),
            _entries.GetValueOrDefault((kind, KeptReason.None)),
            Stays(_entries.Where(count => count.Key.Kind == kind).Select(count => (count.Key.Why, count.Value)))
        );

    private static ImmutableSortedDictionary<KeptReason, long> Stays(
        IEnumerable<(KeptReason Why, long Count)> counts
    ) =>
        counts
            .Where(count => count.Why != KeptReason.None && count.Count > 0)
            .ToImmutableSortedDictionary(count => count.Why, count => count.Count);

    private static bool IsIn(IEnumerable<(PayloadClass Class, long Count)> classes, PayloadClass one) =>
        classes.Any(other => other.Class == one);

    private static void Count<T>(Dictionary<T, long> counts, T what, long more)
        where T : notnull => counts[what] = counts.GetValueOrDefault(what) + more;

    private static string Word(EntryKind kind) => EntryNames<EntryKind>.Of(kind);
}
