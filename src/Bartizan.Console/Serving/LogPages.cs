using System.Globalization;
using System.Text;
using Bartizan.Client;
using Bartizan.Client.Records;
using Bartizan.Console.Pages;
using Bartizan.Console.Views;

namespace Bartizan.Console.Serving;

/// <summary>The log with its search and proofs, findings, and numbers over time.</summary>
internal static class LogPages
{
    private const int PageEntries = 50;
    private const int UsualHours = 24;
    private const int MaxHours = 720;

    // The control API's word for a request that can't be meant.
    private const int Usage = 2;

    /// <summary>A page of the log.</summary>
    public static async Task SearchAsync(Visit visit)
    {
        var query = visit.Request.Query["query"].ToString();
        var request = new LogRequest
        {
            Query = query,
            Before = visit.Number("before"),
            Limit = PageEntries,
            Prove = true,
        };
        var (page, problem) = await FindAsync(visit, request).ConfigureAwait(false);
        await visit
            .ShowAsync<Pages.Log>(
                problem is null ? 200 : 400,
                ("Frame", await visit.FrameAsync("Log", "/log").ConfigureAwait(false)),
                ("Query", query),
                ("Problem", problem),
                ("Entries", NewestFirst(page)),
                ("Older", OlderOf(page)),
                ("Newer", page.Newer)
            )
            .ConfigureAwait(false);
    }

    /// <summary>One entry and its proof.</summary>
    public static async Task EntryAsync(Visit visit)
    {
        if (Index(visit) is not { } index)
        {
            await visit.ProblemAsync(404, "That is no entry's index.", null).ConfigureAwait(false);
            return;
        }

        var proof = await visit.Client.ProofAsync(index, visit.Stop).ConfigureAwait(false);
        await visit
            .ShowAsync<Entry>(
                200,
                ("Frame", await visit.FrameAsync($"Entry {visit.Route("index")}", "/log").ConfigureAwait(false)),
                ("Proof", proof)
            )
            .ConfigureAwait(false);
    }

    /// <summary>The proof as a file.</summary>
    public static async Task ProofAsync(Visit visit)
    {
        if (Index(visit) is not { } index)
        {
            await visit.ProblemAsync(404, "That is no entry's index.", null).ConfigureAwait(false);
            return;
        }

        var reply = await visit.Client.ProofAsync(index, visit.Stop).ConfigureAwait(false);
        if (reply.Proof is not { } proof)
        {
            await visit.ProblemAsync(404, reply.Says, null).ConfigureAwait(false);
            return;
        }

        visit.Response.ContentType = "application/octet-stream";
        visit.Response.Headers.ContentDisposition = string.Create(
            CultureInfo.InvariantCulture,
            $"attachment; filename=\"{index}.tlog-proof\""
        );
        await visit.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(proof), visit.Stop).ConfigureAwait(false);
    }

    /// <summary>A page of findings.</summary>
    public static async Task FindingsAsync(Visit visit)
    {
        var page = await visit
            .Client.FindingsAsync(
                new LogRequest
                {
                    Before = visit.Number("before"),
                    Limit = PageEntries,
                    Prove = true,
                },
                visit.Stop
            )
            .ConfigureAwait(false);
        await visit
            .ShowAsync<Findings>(
                200,
                ("Frame", await visit.FrameAsync("Findings", "/findings", "fresh").ConfigureAwait(false)),
                ("Entries", NewestFirst(page)),
                ("Older", OlderOf(page)),
                ("Newer", page.Newer)
            )
            .ConfigureAwait(false);
    }

    /// <summary>Numbers over time.</summary>
    public static async Task FiguresAsync(Visit visit)
    {
        var hours = Hours(visit);
        var counts = await visit.Client.CountsAsync(hours, visit.Stop).ConfigureAwait(false);
        await visit
            .ShowAsync<Figures>(
                200,
                ("Frame", await visit.FrameAsync("Figures", "/figures", "figures").ConfigureAwait(false)),
                ("Hours", hours),
                ("Counts", counts)
            )
            .ConfigureAwait(false);
    }

    /// <summary>The same, for the page's module.</summary>
    public static async Task NumbersAsync(Visit visit) =>
        await visit
            .SendAsync(await visit.Client.CountsAsync(Hours(visit), visit.Stop).ConfigureAwait(false))
            .ConfigureAwait(false);

    // A query that can't be meant is told beside the field that it was written in.
    private static async Task<(LogReply Page, string? Problem)> FindAsync(Visit visit, LogRequest request)
    {
        try
        {
            return (await visit.Client.LogAsync(request, visit.Stop).ConfigureAwait(false), null);
        }
        catch (ControlException e) when (e.Problem.Code == Usage)
        {
            return (new LogReply([], 0, false, false), e.Problem.Error);
        }
    }

    private static List<EntryView> NewestFirst(LogReply page) => [.. page.Rows.Reverse().Select(EntryView.Of)];

    private static long? OlderOf(LogReply page) => page.Older && page.Rows.Count > 0 ? page.Rows[0].Index : null;

    private static int Hours(Visit visit) => (int)Math.Clamp(visit.Number("hours") ?? UsualHours, 1, MaxHours);

    private static long? Index(Visit visit) =>
        long.TryParse(visit.Route("index"), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : null;
}
