using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Client;
using Bartizan.Client.Records;
using Bartizan.Control;
using Bartizan.Core.Sessions;
using Bartizan.Records.Projections;
using Bartizan.Records.Queries;

namespace Bartizan.Daemon.Reading;

/// <summary>
/// Reads the log for people, a page at a time. INVARIANT: a person is given an entry of an agent only when they may see that agent, and one
/// of none only when they may see all; payloads are given to nobody here.
/// </summary>
/// <param name="home">The state directory.</param>
/// <param name="proofs">Who proves entries.</param>
/// <param name="clock">The clock.</param>
internal sealed class RecordDesk(string home, EntryProofs proofs, TimeProvider clock) : IDisposable
{
    /// <summary>Searches at once: each reads the disk, and what agents do goes first.</summary>
    public const int MaxSearches = 4;

    /// <summary>Of those, one person's: a page and what its module asks for.</summary>
    public const int MaxOfPerson = 2;

    /// <summary>Searches at once for what is new: they are small, and don't stand in line behind what people type.</summary>
    public const int MaxNews = 2;

    /// <summary>Texts of a query that are looked for inside every other; who needs more has the log at the host.</summary>
    public const int MaxScans = 32;

    /// <summary>Entries that one question for numbers adds up.</summary>
    public const int MaxCounted = 100_000;

    private const int Usage = 2;
    private const int No = 1;
    private const int Failed = 125;

    // A person waits no longer for a page.
    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(10);

    private readonly SearchTurns _searches = new(MaxSearches, MaxOfPerson);
    private readonly SearchTurns _news = new(MaxNews, 1);
    private readonly ProjectionPlace _place = new() { Home = home };

    /// <inheritdoc/>
    public void Dispose()
    {
        _searches.Dispose();
        _news.Dispose();
    }

    /// <summary>A page of the log.</summary>
    public Task<LogReply> LogAsync(LogRequest request, Onlooker onlooker, CancellationToken cancellationToken) =>
        PageAsync(_searches, Parse(request.Query), request, onlooker, cancellationToken);

    /// <summary>A page of what guards and detectors reported.</summary>
    public Task<LogReply> FindingsAsync(LogRequest request, Onlooker onlooker, CancellationToken cancellationToken) =>
        PageAsync(_searches, Parse($"kind:finding {request.Query}"), request, onlooker, cancellationToken);

    /// <summary>What guards and detectors reported behind an index, for whoever watches.</summary>
    public async Task<IReadOnlyList<LogRow>> NewFindingsAsync(
        long after,
        int limit,
        Onlooker onlooker,
        CancellationToken cancellationToken
    )
    {
        var request = new LogRequest { After = after, Limit = limit };
        return (
            await PageAsync(_news, Parse("kind:finding"), request, onlooker, cancellationToken).ConfigureAwait(false)
        ).Rows;
    }

    /// <summary>A page of one session's entries.</summary>
    public Task<LogReply> TimelineAsync(
        string session,
        LogRequest request,
        Onlooker onlooker,
        CancellationToken cancellationToken
    ) =>
        SessionId.TryParse(session, out var id)
            ? PageAsync(_searches, LogQuery.Of(id), request, onlooker, cancellationToken)
            : throw new ControlException(new ControlProblem(Usage, "that is no session's id"));

    /// <summary>One entry, and the proof that it is in the log.</summary>
    public async Task<ProofReply> ProofAsync(long index, Onlooker onlooker, CancellationToken cancellationToken)
    {
        var page = await PageAsync(
                _searches,
                Parse(string.Create(CultureInfo.InvariantCulture, $"index:{index}")),
                new LogRequest { Limit = 1 },
                onlooker,
                cancellationToken
            )
            .ConfigureAwait(false);
        return page.Rows is [var row]
            ? await proofs.ProveAsync(row, cancellationToken).ConfigureAwait(false)
            : throw new ControlException(
                new ControlProblem(
                    No,
                    string.Create(CultureInfo.InvariantCulture, $"there is no entry {index} that you may see")
                )
            );
    }

    /// <summary>What happened over the last so many hours.</summary>
    public Task<CountsReply> CountsAsync(int hours, Onlooker onlooker, CancellationToken cancellationToken)
    {
        var count = new Counting(clock.GetUtcNow(), hours);
        return SearchAsync(
            _searches,
            onlooker,
            async (search, stop) =>
            {
                var rows = search.FindAsync(
                    Within(Parse("kind:intent,outcome,refusal,finding"), onlooker.Agents()),
                    new LogPage { NewestFirst = true },
                    stop
                );
                var counted = 0;
                await foreach (var row in rows.ConfigureAwait(false))
                {
                    if (row.Stamp.Time < count.From || counted == MaxCounted)
                    {
                        return count.Reply(counted == MaxCounted ? row.Stamp.Time : count.From);
                    }

                    if (onlooker.MaySee(row.Entry.Agent))
                    {
                        counted++;
                        count.Add(row);
                    }
                }

                return count.Reply(count.From);
            },
            cancellationToken
        );
    }

    private Task<LogReply> PageAsync(
        SearchTurns turns,
        LogQuery query,
        LogRequest request,
        Onlooker onlooker,
        CancellationToken cancellationToken
    )
    {
        var limit = Math.Clamp(request.Limit, 1, LogRequest.MaxLimit);
        var agents = onlooker.Agents();
        var page = new LogPage
        {
            After = request.After ?? -1,
            Before = request.Before ?? long.MaxValue,
            NewestFirst = request.After is null,
        };
        return SearchAsync(
            turns,
            onlooker,
            async (search, stop) =>
            {
                // What this person may not see takes no room on the page; one more says whether there is another page.
                var found = await search
                    .FindAsync(Within(query, agents), page, stop)
                    .Where(row => onlooker.MaySee(row.Entry.Agent))
                    .Take(limit + 1)
                    .ToListAsync(stop)
                    .ConfigureAwait(false);
                var more = found.Count > limit;
                var rows = found.Take(limit).Select(LogRows.Of).OrderBy(row => row.Index).ToList();
                return new LogReply(
                    request.Prove ? await proofs.MarkAsync(rows, stop).ConfigureAwait(false) : rows,
                    agents is null ? search.End : EndOf(rows, request),
                    Older: request.After is null ? more : request.After >= 0,
                    Newer: request.After is null ? request.Before is not null : more
                );
            },
            cancellationToken
        );
    }

    // How long others' words are to be looked for tells what they said: who sees some agents has the rest left out before that.
    private static LogQuery Within(LogQuery query, ImmutableArray<string>? agents) =>
        agents is { } some ? query.OfAgents(some) : query;

    // Of their own entries, not of the log: how long it is tells what others do.
    private static long EndOf(List<LogRow> rows, LogRequest request) =>
        rows.Count > 0 ? rows[^1].Index + 1
        : request.After is { } after ? after + 1
        : 0;

    private LogQuery Parse(string text) =>
        !LogQuery.TryParse(text, clock.GetUtcNow(), out var query, out var problem)
            ? throw new ControlException(
                new ControlProblem(Usage, problem, "the words are those of `bartizan log`; docs/log.md has them")
            )
        : query.Scans > MaxScans
            ? throw new ControlException(
                new ControlProblem(
                    Usage,
                    $"a search looks for at most {MaxScans} pieces of text: words, and what stands between stars",
                    "ask for less, or use `bartizan log` at the host"
                )
            )
        : query;

    private async Task<T> SearchAsync<T>(
        SearchTurns turns,
        Onlooker onlooker,
        Func<LogSearch, CancellationToken, Task<T>> ask,
        CancellationToken cancellationToken
    )
    {
        using var limit = new CancellationTokenSource(s_within, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await turns
                .RunAsync(onlooker.Person, () => FindAsync(ask, stop.Token), stop.Token)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ControlException(
                new ControlProblem(
                    Failed,
                    "it took too long to find",
                    "ask for less: a session, an agent, a time; or use `bartizan log`"
                )
            );
        }
    }

    private async Task<T> FindAsync<T>(Func<LogSearch, CancellationToken, Task<T>> ask, CancellationToken stop)
    {
        using var search = await LogSearch.OpenAsync(_place, _ => { }, stop).ConfigureAwait(false);
        return await ask(search, stop).ConfigureAwait(false);
    }
}
