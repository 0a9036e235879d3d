using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Bench;

/// <summary>
/// The upstream of the stream benchmark: chunks as OpenAI sends them, one every 20 ms, each with the monotonic clock at
/// its write. The header <c>x-events</c> says how many; after them the stream stays open and silent if <c>x-idle</c> is set.
/// </summary>
internal static class EventOrigin
{
    /// <summary>Between two events of a stream: 50 a second, as a fast model writes.</summary>
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(20);

    public static async Task RunAsync()
    {
        var (application, port) = await Serving.StartAsync(AnswerAsync);
        await Serving.UntilInputClosesAsync(port);
        await application.StopAsync(new CancellationToken(canceled: true));
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null);
        var count = int.Parse(context.Request.Headers["x-events"].ToString(), CultureInfo.InvariantCulture);
        context.Response.ContentType = "text/event-stream";
        await context.Response.Body.FlushAsync();
        var gap = context.Request.Headers.ContainsKey("x-fast") ? TimeSpan.FromMilliseconds(1) : Gap;
        using var timer = new PeriodicTimer(gap);
        for (var i = 0; i < count && !context.RequestAborted.IsCancellationRequested; i++)
        {
            await timer.WaitForNextTickAsync();
            var now = Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture);
            var chunk =
                "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1790000000,"
                + "\"model\":\"fake-model\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"@"
                + now
                + "\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n";
            await context.Response.BodyWriter.WriteAsync(Encoding.ASCII.GetBytes(chunk));
        }

        if (context.Request.Headers.ContainsKey("x-idle"))
        {
            var silent = new TaskCompletionSource();
            await using var registration = context.RequestAborted.Register(() => silent.TrySetResult());
            await silent.Task;
        }
    }
}
