using Bartizan.Client.Approvals;
using Bartizan.Console.Pages;
using Bartizan.Console.Texts;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Console.Serving;

/// <summary>The inbox, and one ask with its answer.</summary>
internal static class ApprovalPages
{
    private const string Here = "/approvals";

    /// <summary>What waits.</summary>
    public static async Task ListAsync(Visit visit)
    {
        var asks = await visit.Client.AsksAsync(visit.Stop).ConfigureAwait(false);
        await visit
            .ShowAsync<Approvals>(
                200,
                ("Frame", await visit.FrameAsync("Approvals", Here, "fresh").ConfigureAwait(false)),
                ("Asks", asks.Asks)
            )
            .ConfigureAwait(false);
    }

    /// <summary>One ask, whole.</summary>
    public static async Task ShowAsync(Visit visit)
    {
        var id = visit.Route("id");
        var found = Names.IsAsk(id) ? await visit.Client.AskAsync(id, visit.Stop).ConfigureAwait(false) : null;
        if (found is not { } ask)
        {
            await visit
                .ProblemAsync(
                    404,
                    "No such ask waits.",
                    "It was answered, ran out of time, ended with its session, or isn't yours to see."
                )
                .ConfigureAwait(false);
            return;
        }

        await visit
            .ShowAsync<Approval>(
                200,
                ("Frame", await visit.FrameAsync("One action", Here).ConfigureAwait(false)),
                ("Ask", ask)
            )
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Hands an answer on. INVARIANT: the digest is the one that stood on the page that was answered, never one that is looked up now.
    /// </summary>
    public static async Task AnswerAsync(Visit visit, IFormCollection form)
    {
        var id = visit.Route("id");
        var answer = form["answer"].ToString();
        if (
            !Names.IsAsk(id)
            || answer is not ("approve" or "deny" or "edit")
            || Form.Text(form, "digest") is not { } digest
        )
        {
            await visit
                .ProblemAsync(400, "That is no answer to an ask.", "Open the ask again, and answer on its page.")
                .ConfigureAwait(false);
            return;
        }

        var reply = await visit
            .Client.AnswerAsync(
                new AnswerRequest
                {
                    Id = id,
                    Digest = digest,
                    Granted = answer != "deny",
                    Scope = answer == "approve" ? Form.Text(form, "scope") ?? "once" : "once",
                    Arguments = answer == "edit" ? form["arguments"].ToString() : null,
                    Reason = Form.Text(form, "reason"),
                },
                visit.Stop
            )
            .ConfigureAwait(false);
        await visit.SayAsync("Answered", Here, reply.Says, Here, "To what waits").ConfigureAwait(false);
    }
}
