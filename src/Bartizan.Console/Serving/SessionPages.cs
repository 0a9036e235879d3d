using Bartizan.Client;
using Bartizan.Client.Records;
using Bartizan.Client.Sessions;
using Bartizan.Console.Pages;
using Bartizan.Console.Texts;
using Bartizan.Console.Views;

namespace Bartizan.Console.Serving;

/// <summary>The live sessions, and one session's story.</summary>
internal static class SessionPages
{
    private const int PageEntries = 200;

    /// <summary>The overview.</summary>
    public static async Task OverviewAsync(Visit visit)
    {
        var frame = await visit.FrameAsync("Sessions", "/", "sessions").ConfigureAwait(false);
        var sessions = await visit.Client.SessionsAsync(visit.Stop).ConfigureAwait(false);
        var status = await visit.Client.StatusAsync(visit.Stop).ConfigureAwait(false);
        await visit
            .ShowAsync<Overview>(
                200,
                ("Frame", frame),
                ("Sessions", Newest(sessions)),
                ("More", Math.Max(0, sessions.Count - SessionView.MaxRows)),
                ("Problems", Problems(status))
            )
            .ConfigureAwait(false);
    }

    /// <summary>A session's page.</summary>
    public static async Task SessionAsync(Visit visit)
    {
        var id = visit.Route("id");
        if (!Names.IsSession(id))
        {
            await visit.ProblemAsync(404, "That is no session's id.", null).ConfigureAwait(false);
            return;
        }

        var before = visit.Number("before");
        var page = await visit
            .Client.TimelineAsync(id, new LogRequest { Limit = PageEntries, Before = before }, visit.Stop)
            .ConfigureAwait(false);
        var live = (await visit.Client.SessionsAsync(visit.Stop).ConfigureAwait(false)).FirstOrDefault(session =>
            session.Session == id
        );
        await visit
            .ShowAsync<Session>(
                page.Rows.Count == 0 && live is null ? 404 : 200,
                ("Frame", await visit.FrameAsync("Session", "/", "timeline").ConfigureAwait(false)),
                ("Id", id),
                (
                    "Agent",
                    VisibleText.Brief(page.Rows.FirstOrDefault(row => row.Agent is not null)?.Agent ?? "Session")
                ),
                ("Live", live is null ? null : SessionView.Of(live)),
                ("Entries", EntryView.Fold(page.Rows)),
                ("Older", page.Older && page.Rows.Count > 0 ? page.Rows[0].Index : null),
                ("End", page.Rows.Count > 0 ? page.Rows[^1].Index : -1L),
                ("Follows", before is null)
            )
            .ConfigureAwait(false);
    }

    /// <summary>Entries behind an index, for the page's module.</summary>
    public static async Task EntriesAsync(Visit visit)
    {
        var id = visit.Route("id");
        if (!Names.IsSession(id))
        {
            await visit.ProblemAsync(404, "That is no session's id.", null).ConfigureAwait(false);
            return;
        }

        var after = visit.Number("after") ?? -1;
        var page = await visit
            .Client.TimelineAsync(id, new LogRequest { Limit = PageEntries, After = after }, visit.Stop)
            .ConfigureAwait(false);
        await visit
            .SendAsync(
                new
                {
                    entries = EntryView.Fold(page.Rows),
                    end = page.Rows.Count > 0 ? page.Rows[^1].Index : after,
                    more = page.Newer,
                }
            )
            .ConfigureAwait(false);
    }

    private static List<SessionView> Newest(IReadOnlyList<SessionSummary> sessions) =>
        [.. sessions.OrderByDescending(session => session.Since).Take(SessionView.MaxRows).Select(SessionView.Of)];

    private static List<string> Problems(StatusReply status) =>
        [
            .. new[] { status.LogProblem, status.Witnessing?.Alarm, status.RetentionProblem, status.ExportProblem }
                .OfType<string>()
                .Concat(status.Circuits.Select(c => $"The circuit {c.Name} of {c.Agent} is {c.State}: {c.Reason}")),
        ];
}
