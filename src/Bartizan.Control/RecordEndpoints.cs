using System.Globalization;
using System.Text.Json;
using Bartizan.Client;
using Bartizan.Client.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bartizan.Control;

/// <summary>
/// What is read: the log, a session's entries, proofs, numbers, and what is new as server-sent events. Nothing here changes anything.
/// </summary>
internal static class RecordEndpoints
{
    /// <summary>Where what is new is told.</summary>
    public const string Changes = "/v1/events";

    private const int Usage = 2;
    private const int MaxHours = 24 * 31;

    // Who takes nothing for so long is gone, or too slow: the connection is closed, and a browser comes back by itself.
    private static readonly TimeSpan s_writeWithin = TimeSpan.FromSeconds(10);

    /// <summary>Maps them.</summary>
    /// <param name="routes">Where to.</param>
    /// <param name="desk">What is read.</param>
    /// <param name="onlookerOf">What the caller of a request may see.</param>
    /// <param name="writeWithin">How long somebody may take for a message of what is new; null for what is usual.</param>
    public static void Map(
        IEndpointRouteBuilder routes,
        IRecordDesk desk,
        Func<HttpContext, Onlooker> onlookerOf,
        TimeSpan? writeWithin = null
    )
    {
        routes.MapGet(
            "/v1/log",
            async context =>
                await AnswerAsync(
                    context,
                    await desk.LogAsync(Page(context), onlookerOf(context), context.RequestAborted)
                )
        );
        routes.MapGet(
            "/v1/findings",
            async context =>
                await AnswerAsync(
                    context,
                    await desk.FindingsAsync(Page(context), onlookerOf(context), context.RequestAborted)
                )
        );
        routes.MapGet(
            "/v1/sessions/{session}/timeline",
            async context =>
                await AnswerAsync(
                    context,
                    await desk.TimelineAsync(
                        (string)context.Request.RouteValues["session"]!,
                        Page(context),
                        onlookerOf(context),
                        context.RequestAborted
                    )
                )
        );
        routes.MapGet(
            "/v1/log/{index:long}/proof",
            async context =>
                await AnswerAsync(
                    context,
                    await desk.ProofAsync(
                        long.Parse((string)context.Request.RouteValues["index"]!, CultureInfo.InvariantCulture),
                        onlookerOf(context),
                        context.RequestAborted
                    )
                )
        );
        routes.MapGet(
            "/v1/counts",
            async context =>
                await AnswerAsync(
                    context,
                    await desk.CountsAsync(
                        (int)(Number(context, "hours", 1, MaxHours) ?? 24),
                        onlookerOf(context),
                        context.RequestAborted
                    )
                )
        );
        routes.MapGet(
            Changes,
            context => SendChangesAsync(context, desk, onlookerOf(context), writeWithin ?? s_writeWithin)
        );
    }

    private static Task AnswerAsync<T>(HttpContext context, T reply) => ControlJson.AnswerAsync(context, 200, reply);

    private static async Task SendChangesAsync(
        HttpContext context,
        IRecordDesk desk,
        Onlooker onlooker,
        TimeSpan writeWithin
    )
    {
        var response = context.Response;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        try
        {
            await foreach (var change in desk.ChangesAsync(onlooker, stop.Token).ConfigureAwait(false))
            {
                if (!response.HasStarted)
                {
                    response.ContentType = "text/event-stream";
                    response.Headers.CacheControl = "no-store";
                }

                stop.CancelAfter(writeWithin);
                await response
                    .WriteAsync(
                        change is null ? ": here\n\n" : $"data: {JsonSerializer.Serialize(change, Wire.Options)}\n\n",
                        stop.Token
                    )
                    .ConfigureAwait(false);
                await response.Body.FlushAsync(stop.Token).ConfigureAwait(false);
                stop.CancelAfter(Timeout.InfiniteTimeSpan);
            }
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
    }

    private static LogRequest Page(HttpContext context) =>
        new()
        {
            Query = context.Request.Query["query"].ToString(),
            Limit = (int)(Number(context, "limit", 1, LogRequest.MaxLimit) ?? LogRequest.UsualLimit),
            Before = Number(context, "before", 0, long.MaxValue),
            After = Number(context, "after", -1, long.MaxValue),
            Prove = context.Request.Query["prove"] == "true",
        };

    private static long? Number(HttpContext context, string name, long least, long most)
    {
        if (context.Request.Query[name].ToString() is not { Length: > 0 } text)
        {
            return null;
        }

        return
            long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least
            && number <= most
            ? number
            : throw new ControlException(new ControlProblem(Usage, $"`{name}` is a number between {least} and {most}"));
    }
}
