using System.Globalization;
using Bartizan.Core.Retention;
using Bartizan.Log;
using Bartizan.Records.Erasures;
using Bartizan.Records.Journals;

namespace Bartizan.Records.Retention;

/// <summary>
/// Lets go of what has reached its age:
/// <code>
/// payloads   entry: they expire ─ keys destroyed, ciphertext gone ─ entry: they expired
/// entries    archive written and verified ─ holds said again ─ entry: pruned ─ published ─ bundles removed
/// </code>
/// INVARIANT: nothing of a session that lives, that is held, or that has an action without an outcome. One round at a time, and none beside
/// an erasure or a hold: whoever calls sees to that.
/// </summary>
/// <param name="journal">The record.</param>
/// <param name="logDirectory">Its log.</param>
/// <param name="archiveDirectory">Where archives go when the settings don't say.</param>
/// <param name="clock">The clock.</param>
public sealed class Retainer(Journal journal, string logDirectory, string archiveDirectory, TimeProvider clock)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // Witnesses take a second or two. What isn't witnessed by then is finished by the next round.
    private static readonly TimeSpan s_finishWithin = TimeSpan.FromSeconds(60);

    private long? _recorded = journal.Recovery.LastPrune;

    /// <summary>Finds what would go now.</summary>
    /// <param name="settings">How long what is kept.</param>
    /// <param name="exported">Entries that every sink has had, and which sink is furthest behind.</param>
    /// <param name="counts">Whether to count what stays, by why.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public Task<RetentionPlan> PlanAsync(
        RetentionSettings settings,
        (long Size, string Slowest) exported,
        bool counts,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(settings);
        var limits = new RetentionLimits(journal.Log.Size, journal.Log.Pruning.End, exported.Size, exported.Slowest);
        return new Planner(settings, clock.GetUtcNow(), limits).PlanAsync(
            new LogDirectory(logDirectory),
            counts,
            cancellationToken
        );
    }

    /// <summary>
    /// Finishes a prune that is recorded and not done yet: after a crash, or when witnesses were late. Null when nothing is left to
    /// do, else why it still waits.
    /// </summary>
    /// <exception cref="LogInconsistentException">When the record isn't one that this log can go by.</exception>
    public async Task<string?> ResumeAsync(CancellationToken cancellationToken)
    {
        if (_recorded is not { } index)
        {
            return null;
        }

        using var limit = new CancellationTokenSource(s_finishWithin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await journal.Log.Pruning.FinishAsync(new LogPosition(index), either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "the record of a prune is not witnessed yet: its bundles go once it is";
        }

        _recorded = null;
        return null;
    }

    /// <summary>Lets go of what has reached its age.</summary>
    /// <param name="settings">How long what is kept.</param>
    /// <param name="exported">Entries that every sink has had, and which sink is furthest behind.</param>
    /// <param name="by">Who does it: the instance, or the person who asked.</param>
    /// <param name="cancellationToken">Ends it between two sessions, and before the prune is recorded.</param>
    /// <exception cref="IOException">When it could not be recorded or done; repeating it goes on.</exception>
    public async Task<RetentionOutcome> RunAsync(
        RetentionSettings settings,
        (long Size, string Slowest) exported,
        string by,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (await ResumeAsync(cancellationToken).ConfigureAwait(false) is { } waiting)
        {
            return new RetentionOutcome(0, 0, 0, null, waiting);
        }

        var plan = await PlanAsync(settings, exported, counts: false, cancellationToken).ConfigureAwait(false);
        var payloads = await ExpireAsync(plan, settings, by, cancellationToken).ConfigureAwait(false);
        var (archive, waits) =
            plan.To > plan.Minimum
                ? await PruneAsync(plan, settings, by, cancellationToken).ConfigureAwait(false)
                : (null, null);
        if (plan.WantsSegmentClosed)
        {
            journal.Log.CloseSegment();
        }

        return new RetentionOutcome(
            plan.Expiring.Length,
            payloads,
            archive is null ? 0 : plan.To - plan.Minimum,
            archive,
            waits
        );
    }

    private async Task<long> ExpireAsync(
        RetentionPlan plan,
        RetentionSettings settings,
        string by,
        CancellationToken cancellationToken
    )
    {
        var destroyed = 0L;
        foreach (var (session, classes) in plan.Expiring)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var kept = classes.Select(one =>
                $"`{Word(one.Class)}` is kept {settings.AgeOf(one.Class)!.Value.TotalDays}d"
            );
            var why = $"{RetentionFile.Name}: {string.Join(", ", kept)}";
            await journal
                .AppendAsync(
                    ExpiredPayloads.Write(ExpiredPayloads.Begins, session, classes, by, why),
                    cancellationToken
                )
                .ConfigureAwait(false);
            foreach (var (one, count) in classes)
            {
                journal.Payloads.Erase(session, one);
                destroyed += count;
            }

            await journal
                .AppendAsync(
                    ExpiredPayloads.Write(ExpiredPayloads.Done, session, classes, by, why),
                    CancellationToken.None
                )
                .ConfigureAwait(false);
        }

        return destroyed;
    }

    private async Task<(string Archive, string? Waits)> PruneAsync(
        RetentionPlan plan,
        RetentionSettings settings,
        string by,
        CancellationToken cancellationToken
    )
    {
        var folder = settings.Archive ?? archiveDirectory;
        Directory.CreateDirectory(folder, OwnerOnly);
        var name = string.Create(CultureInfo.InvariantCulture, $"{plan.Minimum:D12}-{plan.To:D12}.archive");
        var archive = Path.Combine(folder, name);
        var record = await journal.Log.Pruning.ArchiveAsync(plan.To, archive, cancellationToken).ConfigureAwait(false);
        foreach (var hold in plan.Carried)
        {
            await CarryAsync(hold, cancellationToken).ConfigureAwait(false);
        }

        var kept = settings.EntryDefault is { } age ? $"entries are kept {age.TotalDays}d" : "by kind";
        var position = await journal
            .AppendAsync(
                EntryPruneRecords.Write(record, by, $"{RetentionFile.Name}: {kept}; archive `{name}`"),
                cancellationToken
            )
            .ConfigureAwait(false);
        _recorded = position;
        if (await ResumeAsync(cancellationToken).ConfigureAwait(false) is { } waits)
        {
            return (archive, waits);
        }

        foreach (var session in plan.Gone)
        {
            journal.Payloads.Forget(session);
        }

        return (archive, null);
    }

    private async Task CarryAsync(Hold hold, CancellationToken cancellationToken) =>
        await new Eraser(journal, logDirectory)
            .SayAsync(ErasureIndex.CarriedDetail, hold.Scope, hold.By, hold.Why, default, cancellationToken)
            .ConfigureAwait(false);

    private static string Word(PayloadClass one) => one.ToString().ToLowerInvariant();
}
