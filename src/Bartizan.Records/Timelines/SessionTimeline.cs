using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
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

    /// <summary>What became of its changes in the workspace.</summary>
    public required ImmutableArray<TimelineRow> Workspace { get; init; }

    /// <summary>Was it within its mandate.</summary>
    public required TimelineMandate Mandate { get; init; }

    /// <summary>Rebuilds a session from the log; null when the log has no entry of it.</summary>
    public static async Task<SessionTimeline?> BuildAsync(
        LogSearch log,
        PayloadReader payloads,
        SessionId session,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(payloads);
        var rows = new List<TimelineRow>();
        var open = new Dictionary<long, int>();
        string? state = null;
        await foreach (
            var row in log.FindAsync(LogQuery.Of(session), LogPage.All, cancellationToken).ConfigureAwait(false)
        )
        {
            var own = row
                .Payloads.Select(payload => new TimelinePayload(payload, payloads.Open(session, payload).State))
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

        return rows.Count == 0 ? null : Tell(session, state, rows);
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
