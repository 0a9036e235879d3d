using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Records.Entries;
using Bartizan.Records.Payloads;
using Bartizan.Records.Queries;

namespace Bartizan.Records.Timelines;

/// <summary>
/// A session as the log tells it, with the answers to three questions: what did it reach, what did it change, was it within its
/// mandate.
/// </summary>
public sealed record SessionTimeline
{
    /// <summary>The session.</summary>
    public required SessionId Session { get; init; }

    /// <summary>Its agent.</summary>
    public string? Agent { get; init; }

    /// <summary>On whose behalf it ran.</summary>
    public string? Person { get; init; }

    /// <summary>Its last state.</summary>
    public string? State { get; init; }

    /// <summary>When its first entry was written.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>When its last entry was written.</summary>
    public DateTimeOffset Latest { get; init; }

    /// <summary>What happened, in the order of the log.</summary>
    public required ImmutableArray<TimelineRow> Rows { get; init; }

    /// <summary>What did it reach: the targets of everything that was granted.</summary>
    public required ImmutableArray<TimelineTarget> Reached { get; init; }

    /// <summary>What did it change, or could have: writes, requests that aren't reads, tools, work handed on.</summary>
    public required ImmutableArray<TimelineTarget> Changed { get; init; }

    /// <summary>The files that were changed on the host, as far as their list can be read.</summary>
    public ImmutableArray<TimelineFile> Files { get; init; } = [];

    /// <summary>What would take its calls back, the last one first, as far as their tools declared it.</summary>
    public ImmutableArray<TimelineUndo> Undos { get; init; } = [];

    /// <summary>What was lent to it.</summary>
    public ImmutableArray<TimelineCredential> Credentials { get; init; } = [];

    /// <summary>What became of its changes in the workspace.</summary>
    public required ImmutableArray<TimelineRow> Workspace { get; init; }

    /// <summary>Was it within its mandate.</summary>
    public required TimelineMandate Mandate { get; init; }

    /// <summary>
    /// Rebuilds a session from the log; null when the log has no entry of it. Each entry names the session's entry before: a projection
    /// that kept one back is found out here, and the log is walked instead.
    /// </summary>
    /// <param name="log">The log.</param>
    /// <param name="payloads">The payloads beside it.</param>
    /// <param name="session">The session.</param>
    /// <param name="excerpts">Whether to read how payloads begin.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<SessionTimeline?> BuildAsync(
        LogSearch log,
        PayloadReader payloads,
        SessionId session,
        bool excerpts,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(payloads);
        var entries = await ReadAsync(log, session, cancellationToken).ConfigureAwait(false);
        if (!IsChain(entries) && log.Note is null)
        {
            log.Distrust("the projection kept entries of the session back");
            entries = await ReadAsync(log, session, cancellationToken).ConfigureAwait(false);
        }

        var rows = new List<TimelineRow>();
        var open = new Dictionary<long, int>();
        var files = new List<TimelineFile>();
        var undos = new List<TimelineUndo>();
        string? state = null;
        foreach (var row in entries)
        {
            var own = row
                .Payloads.Select(payload => Read(payloads, row, payload, excerpts, files, undos))
                .ToImmutableArray();
            if (row.Entry.Kind == EntryKind.Outcome && open.Remove(row.Entry.Passage, out var at))
            {
                rows[at] = rows[at] with { Outcome = row, Payloads = rows[at].Payloads.AddRange(own) };
                continue;
            }

            if (row.Entry.Kind == EntryKind.Intent)
            {
                open[row.Entry.Passage] = rows.Count;
            }

            state = row.Entry.Kind == EntryKind.State ? row.Entry.Detail : state;
            rows.Add(new TimelineRow(row, null, own));
        }

        return rows.Count == 0
            ? null
            : Tell(session, state, rows) with
            {
                Files = [.. files],
                Undos = [.. Enumerable.Reverse(undos)],
            };
    }

    private static async Task<List<EntryRow>> ReadAsync(
        LogSearch log,
        SessionId session,
        CancellationToken cancellationToken
    ) =>
        await log.FindAsync(LogQuery.Of(session), LogPage.All, cancellationToken)
            .ToListAsync(cancellationToken)
            .ConfigureAwait(false);

    private static bool IsChain(List<EntryRow> entries)
    {
        long? before = null;
        foreach (var row in entries)
        {
            if (row.Stamp.Previous != before)
            {
                return false;
            }

            before = row.Index;
        }

        return true;
    }

    private static TimelinePayload Read(
        PayloadReader payloads,
        EntryRow row,
        PayloadReference reference,
        bool excerpts,
        List<TimelineFile> files,
        List<TimelineUndo> undos
    )
    {
        var payload = payloads.Open(row.Entry.Session, reference);
        if (reference.Role == ToolUndo.Role)
        {
            undos.Add(TimelineUndo.Read(row.Entry.Target ?? "", payload.State, payload.Content));
        }

        if (payload.State != PayloadState.Whole)
        {
            return new TimelinePayload(reference, payload.State);
        }

        if (row.Entry is { Kind: EntryKind.Workspace, Detail: "applied" } && reference.Role == AppliedFiles.Role)
        {
            files.AddRange(AppliedFiles.Read(payload.Content));
        }

        var excerpt = excerpts ? PayloadExcerpt.Of(reference.MediaType, payload.Content) : null;
        return new TimelinePayload(reference, payload.State, excerpt);
    }

    private static SessionTimeline Tell(SessionId session, string? state, List<TimelineRow> rows)
    {
        var granted = rows.Where(row => row.Row.Entry.Kind == EntryKind.Intent).ToList();
        return new SessionTimeline
        {
            Session = session,
            Agent = rows.Select(row => row.Row.Entry.Agent).FirstOrDefault(agent => agent is not null),
            Person = rows.Select(row => row.Row.Entry.Person).FirstOrDefault(person => person is not null),
            State = state,
            Started = rows[0].Row.Stamp.Time,
            Latest = rows.Max(row => (row.Outcome ?? row.Row).Stamp.Time),
            Rows = [.. rows],
            Reached = Targets(granted),
            Changed = Targets(granted.Where(row => MayChange(row.Row.Entry))),
            Credentials =
            [
                .. granted
                    .Where(row => row.Row.Entry.Credential is not null)
                    .GroupBy(row => row.Row.Entry.Credential!, StringComparer.Ordinal)
                    .Select(group => new TimelineCredential(group.Key, group.Count()))
                    .OrderBy(credential => credential.Handle, StringComparer.Ordinal),
            ],
            Workspace = [.. rows.Where(row => row.Row.Entry.Kind == EntryKind.Workspace)],
            Mandate = new TimelineMandate(
                Refused: [.. rows.Where(row => row.Row.Entry.Kind == EntryKind.Refusal)],
                Observed: [.. granted.Where(row => row.Row.Entry.Observed && row.Row.Entry.Needed is not null)],
                Approved:
                [
                    .. rows.Where(row =>
                        row.Row.Entry.Kind == EntryKind.Approval && row.Row.Entry.Effect == Effect.Allow
                    ),
                ],
                Unknown: [.. granted.Where(row => row.Outcome is null or { Entry.Outcome: OutcomeKind.Unknown })]
            ),
        };
    }

    private static ImmutableArray<TimelineTarget> Targets(IEnumerable<TimelineRow> rows) =>
        [
            .. rows.GroupBy(row => (row.Row.Entry.Verb, Target: row.Row.Entry.Target ?? ""))
                .Select(group => new TimelineTarget(
                    group.Key.Verb,
                    group.Key.Target,
                    group.Count(),
                    group.Sum(row => row.Outcome?.Entry.Usage?.BytesOut ?? 0),
                    group.Sum(row => row.Outcome?.Entry.Usage?.BytesIn ?? 0)
                ))
                .OrderBy(target => target.Verb)
                .ThenByDescending(target => target.Count)
                .ThenBy(target => target.Target, StringComparer.Ordinal),
        ];

    private static bool MayChange(Entry entry) =>
        entry.Verb switch
        {
            Verb.Write or Verb.Tool or Verb.Delegate => true,
            Verb.Http => entry.Target is { } target && !IsRead(target),
            _ => false,
        };

    // RFC 9110 section 9.2.1: safe methods.
    private static bool IsRead(string target) => target.Split(' ')[0] is "GET" or "HEAD" or "OPTIONS" or "TRACE";
}
