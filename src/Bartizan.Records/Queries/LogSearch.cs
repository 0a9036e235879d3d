using System.Runtime.CompilerServices;
using Bartizan.Log;
using Bartizan.Records.Entries;
using Bartizan.Records.Projections;

namespace Bartizan.Records.Queries;

/// <summary>
/// Answers queries about an instance's log. A projection says where to look; every entry that is given out was read from the log and held
/// against the query, and what the projection doesn't cover yet is read from the log too. Without a projection the answer is the same and
/// takes longer. For one thread at a time.
/// </summary>
public sealed class LogSearch : IDisposable
{
    // Few at first, since most people look at a screen; then more, since each question to the database costs.
    private const int FirstCandidates = 256;
    private const int MaxCandidates = 16 * 1024;

    // Entries that are read ahead of whoever walks the answer.
    private const int FirstRows = 64;
    private const int MaxRows = 1024;

    private readonly ProjectionPlace _place;
    private readonly LogDirectory _log;
    private readonly EntryFetch _fetch;
    private IProjectionStore? _store;
    private long _covered;

    private LogSearch(ProjectionPlace place)
    {
        _place = place;
        _log = new LogDirectory(place.Record.LogDirectory);
        _fetch = new EntryFetch(place.Record.LogDirectory);
    }

    /// <summary>Why the projection isn't used; null when it is.</summary>
    public string? Note { get; private set; }

    /// <summary>How many entries were looked at in the log that the projection had not covered.</summary>
    public long Walked { get; private set; }

    /// <summary>The index behind the last entry that a search has seen: where a follower goes on.</summary>
    public long End { get; private set; }

    /// <summary>
    /// Opens an instance's record. When no daemon keeps the projection up to date, this does; <paramref name="say"/> is told before
    /// something that takes long.
    /// </summary>
    public static async Task<LogSearch> OpenAsync(
        ProjectionPlace place,
        Action<string> say,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(place);
        ArgumentNullException.ThrowIfNull(say);
        var search = new LogSearch(place);
        try
        {
            await search.PrepareAsync(say, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (ProjectionFollower.IsExpected(e))
        {
            search.Forgo(e.Message);
        }
        catch
        {
            search.Dispose();
            throw;
        }

        return search;
    }

    /// <summary>The entries that a query means.</summary>
    /// <exception cref="LogInconsistentException">When the files are damaged.</exception>
    /// <exception cref="InvalidDataException">When an entry is of a format that this program doesn't read.</exception>
    public async IAsyncEnumerable<EntryRow> FindAsync(
        LogQuery query,
        LogPage page,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(page);
        var fromOldest = page.Limit is null ? !page.NewestFirst : page.TakesOldest;
        var rows = fromOldest
            ? OldestAsync(query, page, cancellationToken)
            : NewestAsync(query, page, cancellationToken);
        if (page.Limit is not { } limit)
        {
            await foreach (var row in rows.ConfigureAwait(false))
            {
                yield return row;
            }

            yield break;
        }

        var taken = await rows.Take(Math.Clamp(limit, 0, LogPage.MaxLimit))
            .ToListAsync(cancellationToken)
            .ConfigureAwait(false);
        foreach (var row in fromOldest == page.NewestFirst ? Enumerable.Reverse(taken) : taken)
        {
            yield return row;
        }
    }

    /// <summary>
    /// Walks the whole log beside a page's answer: the first index at which they differ, or null when the answer was the log's. A
    /// projection that left something out is thrown away.
    /// </summary>
    public async Task<long?> CheckAsync(
        LogQuery query,
        LogPage page,
        IReadOnlyCollection<long> answer,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(answer);
        using var plain = new LogSearch(_place);
        var given = answer.Order().ToList();

        // The page of a log that grew meanwhile would be another one: nothing behind what was seen.
        var isFull = page.TakesOldest && page.Limit <= given.Count;
        var seen = isFull && given.Count > 0 ? given[^1] + 1 : End;
        var upTo = page with { Before = Math.Min(page.Before, seen), NewestFirst = false };
        var at = 0;
        await foreach (var row in plain.FindAsync(query, upTo, cancellationToken).ConfigureAwait(false))
        {
            if (at == given.Count || given[at] != row.Index)
            {
                _place.Distrust();
                return at == given.Count ? row.Index : Math.Min(row.Index, given[at]);
            }

            at++;
        }

        if (at < given.Count)
        {
            _place.Distrust();
            return given[at];
        }

        return null;
    }

    /// <summary>Does without the projection from here on, and has it built again.</summary>
    public void Distrust(string why)
    {
        _place.Distrust();
        Forgo(why);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _store?.Dispose();
        _fetch.Dispose();
    }

    private async Task PrepareAsync(Action<string> say, CancellationToken cancellationToken)
    {
        if (_place.Origin() is not { } origin)
        {
            Note = "there is no log yet";
            return;
        }

        using (var held = _place.TryLock())
        {
            if (held is not null)
            {
                using var store = _place.OpenToWrite();
                if (store.Mark() is not { Size: > 0 } mark || !ProjectionWriter.Fits(mark, origin, _fetch.Leaves))
                {
                    say("building the projection of the log (once) …");
                }

                await new ProjectionWriter(store, _log, _fetch.Leaves, origin)
                    .CatchUpAsync(long.MaxValue, cancellationToken)
                    .ConfigureAwait(false);
            }
        }

        _store = _place.OpenToRead();
        if (_store?.Mark() is not { } covers || !ProjectionWriter.Fits(covers, origin, _fetch.Leaves))
        {
            Forgo("the projection isn't built yet, or is of another log");
            return;
        }

        _covered = covers.Size;
    }

    private async IAsyncEnumerable<EntryRow> OldestAsync(
        LogQuery query,
        LogPage page,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var after = page.After;

        // Everything is found faster without asking where it is.
        var count = FirstCandidates;
        while (query.Terms.Length > 0 && after < Math.Min(_covered, page.Before) - 1)
        {
            var candidates = Ask(
                query,
                after,
                Math.Min(page.Before, _covered),
                newestFirst: false,
                count,
                cancellationToken
            );
            var ascending = InOrder(candidates ?? [], (index, last) => index > last, after);
            foreach (var row in Confirm(query, ascending, cancellationToken))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return row;
            }

            after = ascending.Count == 0 ? after : ascending[^1];

            if (candidates is null || candidates.Count < count)
            {
                after = candidates is null ? after : Math.Max(after, Math.Min(_covered, page.Before) - 1);
                break;
            }

            count = Math.Min(count * 4, MaxCandidates);
        }

        End = Math.Max(End, after + 1);
        await foreach (
            var leaf in _log.ReadAsync(after + 1, Behind(after, page.Before), cancellationToken).ConfigureAwait(false)
        )
        {
            Walked++;
            End = leaf.Index + 1;
            if (query.Match(leaf) is { } row)
            {
                yield return row;
            }
        }
    }

    private async IAsyncEnumerable<EntryRow> NewestAsync(
        LogQuery query,
        LogPage page,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var before = page.Before;
        var uncovered = Math.Max(_covered - 1, page.After);
        End = Math.Max(End, uncovered + 1);
        var behind = await WalkAsync(query, uncovered, before, page.Limit, cancellationToken).ConfigureAwait(false);
        foreach (var row in Confirm(query, behind, cancellationToken))
        {
            yield return row;
        }

        before = Math.Min(before, _covered);
        var count = FirstCandidates;
        while (before > page.After + 1)
        {
            var candidates = Ask(query, page.After, before, newestFirst: true, count, cancellationToken);
            if (candidates is null)
            {
                // The database failed on the way: the rest is read from the log.
                candidates = await WalkAsync(query, page.After, before, page.Limit, cancellationToken)
                    .ConfigureAwait(false);
                count = int.MaxValue;
            }

            var descending = InOrder(candidates, (index, last) => index < last, before);
            foreach (var row in Confirm(query, descending, cancellationToken))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return row;
            }

            before = descending.Count == 0 ? before : descending[^1];

            if (candidates.Count < count)
            {
                yield break;
            }

            count = Math.Min(count * 4, MaxCandidates);
        }
    }

    // Indexes only, newest first: rows of a long log would not fit into memory. A limit needs no more than the last so many.
    private async Task<List<long>> WalkAsync(
        LogQuery query,
        long after,
        long before,
        int? limit,
        CancellationToken cancellationToken
    )
    {
        var found = new Queue<long>();
        await foreach (
            var leaf in _log.ReadAsync(after + 1, Behind(after, before), cancellationToken).ConfigureAwait(false)
        )
        {
            Walked++;
            End = Math.Max(End, leaf.Index + 1);
            if (query.Match(leaf) is not null)
            {
                found.Enqueue(leaf.Index);
                if (found.Count > limit)
                {
                    found.Dequeue();
                }
            }
        }

        return [.. found.Reverse()];
    }

    private List<long>? Ask(
        LogQuery query,
        long after,
        long before,
        bool newestFirst,
        int count,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return _store?.Candidates(query, after, before, newestFirst, count, cancellationToken);
        }
        catch (Exception e) when (ProjectionFollower.IsExpected(e))
        {
            _place.Distrust();
            Forgo(e.Message);
            return null;
        }
    }

    // What a database says can be anything: each index once, and on the way.
    private static List<long> InOrder(List<long> candidates, Func<long, long, bool> follows, long last)
    {
        var ordered = new List<long>(candidates.Count);
        foreach (var index in candidates)
        {
            if (follows(index, last))
            {
                ordered.Add(index);
                last = index;
            }
        }

        return ordered;
    }

    // A screen's worth first, so that a short page isn't kept waiting by what it doesn't show; bounded, since rows are held meanwhile.
    private IEnumerable<EntryRow> Confirm(LogQuery query, List<long> candidates, CancellationToken cancellationToken)
    {
        var width = FirstRows;
        for (var at = 0; at < candidates.Count; at += width, width = Math.Min(width * 4, MaxRows))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var stretch = candidates.GetRange(at, Math.Min(width, candidates.Count - at));
            foreach (var row in _fetch.Read(query, stretch))
            {
                yield return row;
            }
        }
    }

    private static long Behind(long after, long before) => Math.Max(0, before - after - 1);

    private void Forgo(string why)
    {
        Note = why;
        _store?.Dispose();
        _store = null;
        _covered = 0;
    }
}
