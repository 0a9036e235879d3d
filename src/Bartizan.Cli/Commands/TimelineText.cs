using System.Collections.Immutable;
using Bartizan.Records.Entries;
using Bartizan.Records.Timelines;

namespace Bartizan.Cli.Commands;

/// <summary>A session's story as stable JSON; its entries have the fields of <c>bartizan log --json</c>.</summary>
internal static class TimelineText
{
    /// <summary>The fields; names are stable.</summary>
    public static object Json(SessionTimeline timeline, ImmutableArray<EntryRow> below) =>
        new
        {
            session = timeline.Session.ToString(),
            timeline.Agent,
            timeline.Person,
            timeline.State,
            timeline.Started,
            timeline.Latest,
            rows = timeline.Rows.Select(Row),
            timeline.Reached,
            below = below.Select(row => new { session = row.Entry.Session.ToString(), row.Entry.Reason }),
            timeline.Changed,
            timeline.Files,
            timeline.Undos,
            timeline.Credentials,
            workspace = timeline.Workspace.Select(Row),
            mandate = new
            {
                timeline.Mandate.Kept,
                refused = timeline.Mandate.Refused.Select(Row),
                observed = timeline.Mandate.Observed.Select(Row),
                approved = timeline.Mandate.Approved.Select(Row),
                unknown = timeline.Mandate.Unknown.Select(Row),
            },
        };

    private static object Row(TimelineRow row) =>
        new
        {
            entry = RowText.Json(row.Row),
            outcome = row.Outcome is { } outcome ? RowText.Json(outcome) : null,
            row.Payloads,
        };
}
