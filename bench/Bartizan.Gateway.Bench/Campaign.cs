using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Bartizan.Gateway.Bench;

/// <summary>Runs the targets in turn, round by round, so that noise hits all alike, and prints medians and goals as Markdown.</summary>
internal sealed class Campaign
{
    private const int IdleStreams = 2000;
    private const int WarmUpSeconds = 8;
    private readonly List<(string Goal, string Bound, string Value, bool Pass)> _goals = [];
    private readonly int _rounds;
    private readonly int _seconds;

    private Campaign(bool quick)
    {
        _rounds = quick ? 1 : 5;
        _seconds = quick ? 2 : 4;
    }

    /// <summary>The load generator of the shared harness alone.</summary>
    public static async Task<int> RunHarnessAsync()
    {
        using var events = await Part.StartAsync("events");
        await new Campaign(quick: false).HarnessAsync(events.Port);
        return 0;
    }

    public static async Task<int> RunAsync(bool quick)
    {
        var campaign = new Campaign(quick);
        var folder = Directory.CreateTempSubdirectory("bartizan-bench-").FullName;
        try
        {
            return await campaign.RunAsync(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<int> RunAsync(string folder)
    {
        Console.WriteLine(
            $"Load average before: {(await File.ReadAllTextAsync("/proc/loadavg")).Trim()}. {Disk(folder)}\n"
        );
        var originPort = FreePort();
        var proxyPort = FreePort();
        using var events = await Part.StartAsync("events");
        var origin = await NginxAsync(folder, "origin.conf", originPort, 0, 0);
        var nginx = await NginxAsync(folder, "proxy.conf", proxyPort, originPort, events.Port);
        try
        {
            var ports = new[] { Text(originPort), Text(events.Port) };
            using var bare = await Part.StartAsync(["forward", .. ports]);
            using var bartizan = await Part.StartAsync(["gateway", .. ports, "0"]);
            using var slow = await Part.StartAsync(["gateway", .. ports, "5"]);
            Target[] targets =
            [
                new("direct", origin, originPort, events.Port, ""),
                new("nginx", nginx, proxyPort, proxyPort, "/events"),
                new("Kestrel forwarder", bare, bare.Port, bare.Port, ""),
                new("Bartizan", bartizan, bartizan.Port, bartizan.Port, ""),
                new("Bartizan, +5 ms per sync", slow, slow.Port, slow.Port, ""),
            ];
            await CallsAsync(targets);
            await StreamsAsync(targets[..4]);
            await MemoryAsync(targets[1..4]);
            await HarnessAsync(events.Port);
        }
        finally
        {
            origin.End();
            nginx.End();
        }

        Console.WriteLine("\n| goal | bound | measured | |\n|---|---|---|---|");
        foreach (var (goal, bound, value, pass) in _goals)
        {
            Console.WriteLine($"| {goal} | {bound} | {value} | {(pass ? "pass" : "MISS")} |");
        }

        return _goals.TrueForAll(goal => goal.Pass) ? 0 : 1;
    }

    private async Task CallsAsync(Target[] targets)
    {
        Console.WriteLine(
            $"Calls, {_rounds} rounds of {_seconds} s, medians. An entry is an intent or an outcome; "
                + "each intent is on disk before its call leaves.\n"
        );
        Console.WriteLine(
            "| connections | target | calls/s | p50 ms | p99 ms | CPU us per call | fdatasync | entries per sync | errors |"
        );
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var target in targets)
        {
            // Until the code is compiled: the first seconds of a daemon's life are measured elsewhere.
            await Calls.MeasureAsync(target, 16, WarmUpSeconds);
        }

        foreach (var connections in new[] { 1, 64 })
        {
            var rows = targets.ToDictionary(target => target, _ => new List<Calls>());
            for (var round = 0; round < _rounds; round++)
            {
                foreach (var target in round % 2 == 0 ? targets : targets.Reverse())
                {
                    rows[target].Add(await Calls.MeasureAsync(target, connections, _seconds));
                }
            }

            foreach (var target in targets)
            {
                var r = rows[target];
                Console.WriteLine(
                    Row(
                        $"| {connections} | {target.Name} | {Median(r, x => x.Rate):F0} | {Median(r, x => x.P50):F3} "
                            + $"| {Median(r, x => x.P99):F3} | {Median(r, x => x.Cpu):F0} "
                            + $"| {Median(r, x => x.Syncs):F0} | {Median(r, x => x.PerSync):F1} | {r.Sum(x => x.Errors)} |"
                    )
                );
            }

            var direct = rows[targets[0]];
            var ours = rows[targets[3]];
            if (connections == 1)
            {
                Goal("added p50 at 1 connection", 0.35, Median(ours, x => x.P50) - Median(direct, x => x.P50), "ms");
                Goal("added p99 at 1 connection", 2, Median(ours, x => x.P99) - Median(direct, x => x.P99), "ms");
            }
            else
            {
                Goal("calls/s at 64 connections", -12_000, Median(ours, x => x.Rate), "");
            }
        }
    }

    private async Task StreamsAsync(Target[] targets)
    {
        Console.WriteLine(
            "\nStreams, 50 events/s each: from the upstream's write to the client's read, medians over rounds.\n"
        );
        Console.WriteLine("| streams | target | p50 ms | p99 ms | CPU us per event | events lost |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var streams in new[] { 1, 200 })
        {
            var rows = targets.ToDictionary(
                target => target,
                _ => new List<(double P50, double P99, double Cpu, int Lost)>()
            );
            for (var round = 0; round < Math.Min(_rounds, 3); round++)
            {
                foreach (var target in targets)
                {
                    rows[target].Add(await ReadAsync(target, streams, _seconds));
                }
            }

            foreach (var target in targets)
            {
                var r = rows[target];
                Console.WriteLine(
                    Row(
                        $"| {streams} | {target.Name} | {Median(r, x => x.P50):F2} | {Median(r, x => x.P99):F2} "
                            + $"| {Median(r, x => x.Cpu):F0} | {r.Sum(x => x.Lost)} |"
                    )
                );
            }

            if (streams > 1)
            {
                Goal("event delay p50 at 200 streams", 3, Median(rows[targets[3]], x => x.P50), "ms");
                Goal("event delay p99 at 200 streams", 8, Median(rows[targets[3]], x => x.P99), "ms");
            }
        }
    }

    private async Task MemoryAsync(Target[] targets)
    {
        Console.WriteLine($"\nMemory of {IdleStreams} open, silent streams.\n");
        Console.WriteLine("| target | before MB | with the streams MB | KB per stream |\n|---|---|---|---|");
        foreach (var target in targets)
        {
            var before = target.Part.MemoryBytes;
            long with;
            using (var reader = Part.Start("read", target.Url(target.EventsPort).ToString(), Text(IdleStreams), "0"))
            {
                await reader.ReadLineAsync();
                with = target.Part.MemoryBytes;
            }

            var each = (with - before) / 1024.0 / IdleStreams;
            Console.WriteLine(Row($"| {target.Name} | {before >> 20} | {with >> 20} | {each:F1} |"));
            if (target.Name == "Bartizan")
            {
                Goal("memory per open stream", 40, each, "KB");
            }
        }
    }

    /// <summary>The project's own load generator and scripted model, when they are there: 32-chunk chat answers.</summary>
    private async Task HarnessAsync(int eventsPort)
    {
        var shared = Environment.GetEnvironmentVariable("BARTIZAN_SHARED");
        var harness = Path.Combine(shared ?? "../shared", "harness");
        if (!File.Exists(Path.Combine(harness, "bench-llm.mjs")))
        {
            Console.WriteLine("\nbench-llm.mjs: not run, the shared harness is not here (set BARTIZAN_SHARED).");
            return;
        }

        var port = FreePort();
        var fake = await Part.StartAsync(
            port,
            "node",
            [
                Path.Combine(harness, "fake-llm.mjs"),
                "--bench",
                "--quiet",
                "--port",
                Text(port),
                "--scenario",
                Path.Combine(harness, "scenarios", "bench.json"),
            ]
        );
        try
        {
            using var forwarder = await Part.StartAsync("forward", Text(port), Text(eventsPort));
            using var bartizan = await Part.StartAsync("gateway", Text(port), Text(eventsPort), "0");
            foreach (var stream in new[] { false, true })
            {
                string[] words =
                [
                    Path.Combine(harness, "bench-llm.mjs"),
                    "--target",
                    $"direct=http://127.0.0.1:{port}",
                    "--target",
                    $"forwarder=http://127.0.0.1:{forwarder.Port}",
                    "--pid",
                    $"forwarder={forwarder.ProcessId}",
                    "--pid",
                    $"bartizan={bartizan.ProcessId}",
                    "--target",
                    $"bartizan=http://127.0.0.1:{bartizan.Port}",
                    "--key",
                    GatewayHost.Token,
                    "-c",
                    "16",
                    "--rounds",
                    Text(_rounds),
                    "--warmup",
                    "2000",
                    .. stream ? new[] { "--stream" } : [],
                ];
                var text = await Part.RunAsync("node", words);
                Console.WriteLine($"\n```\n{text.Trim()}\n```");
                if (!stream)
                {
                    var row = text.Split('\n').First(line => line.StartsWith("bartizan", StringComparison.Ordinal));
                    var share = row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[8];
                    Goal(
                        "share of direct calls/s, bench-llm.mjs at 16",
                        -0.45,
                        double.Parse(share, CultureInfo.InvariantCulture),
                        ""
                    );
                }
            }
        }
        finally
        {
            fake.End();
        }
    }

    // What the disk alone costs, so that the delay of a call can be read beside it.
    private static string Disk(string folder)
    {
        using var file = File.OpenHandle(Path.Combine(folder, "disk"), FileMode.Create, FileAccess.ReadWrite);
        RandomAccess.Write(file, new byte[1 << 20], 0);
        RandomAccess.FlushToDisk(file);
        var times = new double[200];
        for (var i = 0; i < times.Length; i++)
        {
            RandomAccess.Write(file, new byte[512], i * 512);
            var start = Stopwatch.GetTimestamp();
            RandomAccess.FlushToDisk(file);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        return Row($"One sync of 512 bytes on this disk: p50 {times[100]:F3} ms, p99 {times[198]:F3} ms.");
    }

    private static async Task<(double P50, double P99, double Cpu, int Lost)> ReadAsync(
        Target target,
        int streams,
        int seconds
    )
    {
        var cpu = target.Part.CpuSeconds;
        var text = await Part.RunSelfAsync(
            "read",
            target.Url(target.EventsPort).ToString(),
            Text(streams),
            Text(seconds)
        );
        var words = text.Trim().Split(' ');
        var count = int.Parse(words[3], CultureInfo.InvariantCulture);
        return (
            double.Parse(words[1], CultureInfo.InvariantCulture),
            double.Parse(words[2], CultureInfo.InvariantCulture),
            (target.Part.CpuSeconds - cpu) * 1e6 / count,
            int.Parse(words[4], CultureInfo.InvariantCulture) - count
        );
    }

    private static async Task<Part> NginxAsync(string folder, string name, int port, int upstream, int events)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, name));
        var path = Path.Combine(folder, name);
        await File.WriteAllTextAsync(
            path,
            text.Replace("@PORT@", Text(port), StringComparison.Ordinal)
                .Replace("@UPSTREAM@", Text(upstream), StringComparison.Ordinal)
                .Replace("@EVENTS@", Text(events), StringComparison.Ordinal)
                .Replace("@DIR@", folder, StringComparison.Ordinal)
        );
        return await Part.StartAsync(port, File.Exists("/usr/sbin/nginx") ? "/usr/sbin/nginx" : "nginx", "-c", path);
    }

    // A negative bound is a least value.
    private void Goal(string goal, double bound, double value, string unit) =>
        _goals.Add(
            (
                goal,
                Row($"{(bound < 0 ? "≥" : "≤")} {Math.Abs(bound)} {unit}").Trim(),
                Row($"{value:0.##} {unit}").Trim(),
                bound < 0 ? value >= -bound : value <= bound
            )
        );

    private static double Median<T>(List<T> rows, Func<T, double> of) =>
        rows.Select(of).Order().ElementAt(rows.Count / 2);

    private static string Row(DefaultInterpolatedStringHandler text) => text.ToStringAndClear();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
