using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Bartizan.Gateway.Bench;

/// <summary>
/// Opens streams and measures, for each event, the time from the upstream's write to the read here, on one clock. With 0
/// seconds it opens silent streams, says so, and holds them until its input closes.
/// </summary>
internal static class EventReader
{
    private const int EventsPerSecond = 50;

    public static async Task<int> RunAsync(Uri url, int streams, int seconds)
    {
        using var client = new HttpMessageInvoker(
            new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null }
        );
        using var end = new CancellationTokenSource();
        var open = new CountdownEvent(streams);
        var all = new List<double>[streams];
        var tasks = new Task[streams];
        for (var i = 0; i < streams; i++)
        {
            all[i] = [];
            tasks[i] = ReadAsync(client, url, seconds, all[i], open, end.Token);
            if (i % 10 == 9)
            {
                // Spread over the 20 ms between events, and over the accept queue.
                await Task.Delay(1);
            }
        }

        if (seconds == 0)
        {
            await Task.Run(() => open.Wait());
            await Console.Out.WriteLineAsync("OPEN");
            await Console.In.ReadToEndAsync();
            await end.CancelAsync();
            return 0;
        }

        await Task.WhenAll(tasks);
        var delays = all.SelectMany(list => list.Skip(list.Count / 10)).Order().ToArray();
        var expected = streams * (seconds * EventsPerSecond);
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"DELAYS {delays[delays.Length / 2]:F3} {delays[(int)(delays.Length * 0.99)]:F3} {all.Sum(list => list.Count)} {expected}"
        );
        await Console.Out.WriteLineAsync(line);
        return 0;
    }

    private static async Task ReadAsync(
        HttpMessageInvoker client,
        Uri url,
        int seconds,
        List<double> delays,
        CountdownEvent open,
        CancellationToken end
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url);
        request.Content = new StringContent(
            """{"model":"stream-model","stream":true,"messages":[]}""",
            Encoding.UTF8,
            "application/json"
        );
        request.Headers.Add("authorization", "Bearer " + GatewayHost.Token);
        request.Headers.Add(
            "x-events",
            (seconds == 0 ? 1 : seconds * EventsPerSecond).ToString(CultureInfo.InvariantCulture)
        );
        if (seconds == 0)
        {
            request.Headers.Add("x-idle", "1");
        }

        try
        {
            using var response = await client.SendAsync(request, end);
            response.EnsureSuccessStatusCode();
            var body = await response.Content.ReadAsStreamAsync(end);
            var buffer = new byte[seconds == 0 ? 512 : 4096];
            var first = true;
            for (int n; (n = await body.ReadAsync(buffer, end)) > 0; )
            {
                Measure(buffer.AsSpan(0, n), delays);
                if (first)
                {
                    open.Signal();
                    first = false;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the silent streams.
        }
    }

    private static void Measure(ReadOnlySpan<byte> chunk, List<double> delays)
    {
        var now = Stopwatch.GetTimestamp();
        for (int at; (at = chunk.IndexOf((byte)'@')) >= 0; )
        {
            chunk = chunk[(at + 1)..];
            if (System.Buffers.Text.Utf8Parser.TryParse(chunk, out long then, out _))
            {
                delays.Add(Stopwatch.GetElapsedTime(then, now).TotalMilliseconds);
            }
        }
    }
}
