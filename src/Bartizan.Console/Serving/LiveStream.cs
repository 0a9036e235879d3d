using Bartizan.Client.Events;
using Bartizan.Console.Views;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Console.Serving;

/// <summary>What is new, to a browser's modules, each text made visible. They set it as text and make no markup of it.</summary>
internal static class LiveStream
{
    // A browser that takes nothing for so long is gone, or comes back by itself.
    private static readonly TimeSpan s_writeWithin = TimeSpan.FromSeconds(10);

    /// <summary>Sends it until the window is closed.</summary>
    public static async Task AnswerAsync(Visit visit)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(visit.Stop);
        try
        {
            await foreach (var change in visit.Client.ChangesAsync(stop.Token).ConfigureAwait(false))
            {
                if (!visit.Response.HasStarted)
                {
                    visit.Response.ContentType = "text/event-stream";
                }

                stop.CancelAfter(s_writeWithin);
                await visit
                    .Response.WriteAsync(
                        change is null ? ": here\n\n" : $"data: {Visit.Json(ViewOf(change))}\n\n",
                        stop.Token
                    )
                    .ConfigureAwait(false);
                await visit.Response.Body.FlushAsync(stop.Token).ConfigureAwait(false);
                stop.CancelAfter(Timeout.InfiniteTimeSpan);
            }
        }
        catch (OperationCanceledException)
        {
            visit.Request.HttpContext.Abort();
        }
    }

    private static object ViewOf(LiveChange change) =>
        new
        {
            change.Whole,
            Sessions = change
                .Sessions.Where(session => Texts.Names.IsSession(session.Session))
                .TakeLast(SessionView.MaxRows)
                .Select(SessionView.Of),
            Gone = change.Gone.Where(Texts.Names.IsSession),
            Asks = change.Asks?.Count,
            Findings = change.Findings.Count,
            change.Entries,
        };
}
