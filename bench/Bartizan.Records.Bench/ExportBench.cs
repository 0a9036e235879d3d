using System.Diagnostics;
using System.Net;
using Bartizan.Core.Exports;
using Bartizan.Records.Export;

namespace Bartizan.Records.Bench;

/// <summary>How fast a sink that was away catches up: to a file, and to an HTTP peer of this machine that takes everything at once.</summary>
internal static class ExportBench
{
    // Enough for some seconds at each rate.
    private const long Entries = 200_000;

    /// <summary>Sends the log's first entries to one sink after the other.</summary>
    public static async Task RunAsync(string home)
    {
        using var peer = new HttpListener();
        var url = new Uri("http://127.0.0.1:47318/");
        peer.Prefixes.Add(url.AbsoluteUri);
        peer.Start();
        _ = AnswerAsync(peer);
        var folder = Directory.CreateTempSubdirectory("bartizan-bench-").FullName;
        try
        {
            Console.WriteLine("| sink | format | entries/s |");
            Console.WriteLine("|---|---|---|");
            foreach (
                var sink in (SinkSettings[])
                    [
                        File("file", SinkFormat.Jsonl, folder),
                        File("file", SinkFormat.Ocsf, folder),
                        File("file", SinkFormat.Cef, folder),
                        new SinkSettings
                        {
                            Name = "otlp",
                            Kind = SinkKind.Otlp,
                            Format = SinkFormat.Otlp,
                            Url = new Uri(url, "v1/logs"),
                        },
                    ]
            )
            {
                Console.WriteLine($"| {sink.Name} | {sink.Format} | {await RateAsync(home, folder, sink):N0} |");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static SinkSettings File(string name, SinkFormat format, string folder) =>
        new()
        {
            Name = name,
            Kind = SinkKind.File,
            Format = format,
            Path = Path.Combine(folder, $"{format}.out"),
        };

    private static async Task<double> RateAsync(string home, string folder, SinkSettings sink)
    {
        var started = Stopwatch.GetTimestamp();
        await using var exporter = new Exporter(
            new ExporterOptions
            {
                LogDirectory = Path.Combine(home, "log"),
                CursorDirectory = Directory.CreateDirectory(Path.Combine(folder, $"{sink.Format}")).FullName,
                DurableSize = () => Entries,
                Source = ExportSource.Here,
            },
            TimeProvider.System
        );
        await exporter.ConfigureAsync([sink], _ => throw new InvalidOperationException("no token"), default);
        while (exporter.Status()[0] is var status && status.Lag > 0)
        {
            if (status.Problem is { } problem)
            {
                throw new InvalidOperationException(problem);
            }

            await Task.Delay(20);
        }

        return Entries / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task AnswerAsync(HttpListener peer)
    {
        while (peer.IsListening)
        {
            var call = await peer.GetContextAsync();
            await call.Request.InputStream.CopyToAsync(Stream.Null);
            call.Response.StatusCode = 200;
            call.Response.Close();
        }
    }
}
