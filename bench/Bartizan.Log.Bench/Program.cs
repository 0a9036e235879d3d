using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Bartizan.Log;
using Bartizan.Log.Bench;
using Bartizan.Log.Disks;

// Appends in a closed loop (each caller waits for its entry to be durable) and an open loop, with and without a slower disk,
// while tiles are laid out and checkpoints published behind it; then weighs, verifies and proves a million entries. Prints
// medians of three rounds, and last the goals. bench/log/run.sh [seconds-per-round]

var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 2;
const int Rounds = 3;
const int OpenLoopRate = 10_000;
var leaves = SampleEntries.Make();
var goals = new Goals();

Console.WriteLine("| what | entries/s | p50 ms | p99 ms | entries per sync | bytes allocated per entry |");
Console.WriteLine("|---|---|---|---|---|---|");
var device = MeasureDevice();
foreach (var delay in new[] { 0, 5 })
{
    foreach (var inFlight in new[] { 1, 64, 4096 })
    {
        var (rate, _) = await ReportAsync(
            $"closed loop, {inFlight} in flight, +{delay} ms per sync",
            log => ClosedAsync(log, inFlight),
            delay
        );
        if (inFlight == 4096)
        {
            goals.AtLeast(
                $"durable entries, {inFlight} in flight, +{delay} ms per sync",
                delay == 0 ? 100_000 : 50_000,
                rate,
                "entries/s"
            );
        }
    }

    var (_, p99) = await ReportAsync($"open loop, {OpenLoopRate}/s, +{delay} ms per sync", OpenAsync, delay);
    if (delay == 0)
    {
        device = Math.Min(device, MeasureDevice());
        goals.AtMost(
            $"open loop of {OpenLoopRate}/s, p99 (2 ms, or three times the device's fdatasync p99 of {device.ToString("F2", CultureInfo.InvariantCulture)} ms)",
            Math.Max(2, 3 * device),
            p99,
            "ms"
        );
    }
}

await MillionBench.RunAsync(goals);
goals.Print();
await JournalBench.RunAsync(seconds);

// The 99th percentile of writing 4 KB and waiting for fdatasync, on a file laid out before, nothing else at work.
double MeasureDevice()
{
    const int Syncs = 2000;
    var path = Path.GetTempFileName();
    var took = new double[Syncs];
    using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
    {
        RandomAccess.Write(file, new byte[Syncs * 4096], 0);
        SystemDisk.Instance.Sync(file);
        var block = RandomNumberGenerator.GetBytes(4096);
        for (var i = 0; i < Syncs; i++)
        {
            var start = Stopwatch.GetTimestamp();
            SystemDisk.Instance.Write(file, block, i * 4096L);
            SystemDisk.Instance.Sync(file);
            took[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
    }

    File.Delete(path);
    Array.Sort(took);
    Console.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"| the device's own fdatasync of 4 KB | | {took[Syncs / 2]:F2} | {took[(int)(Syncs * 0.99)]:F2} | | |"
        )
    );
    return took[(int)(Syncs * 0.99)];
}

async Task<(double Rate, double P99)> ReportAsync(
    string name,
    Func<TransparencyLog, Task<(long Entries, double Seconds, double[] Latencies)>> run,
    int delay
)
{
    var rows = new List<(double Rate, double P50, double P99, double PerSync, double Allocated)>();
    for (var round = 0; round < Rounds; round++)
    {
        var directory = Directory.CreateTempSubdirectory("bartizan-bench-").FullName;
        ILogDisk disk =
            delay == 0 ? SystemDisk.Instance : new SlowDisk(SystemDisk.Instance, TimeSpan.FromMilliseconds(delay));
        await using (
            var log = await TransparencyLog.OpenAsync(
                directory,
                new LogOptions { Disk = disk },
                TimeProvider.System,
                default
            )
        )
        {
            await log.AppendAsync(leaves[0], default);
            var syncs = log.Syncs;
            var allocated = GC.GetTotalAllocatedBytes();
            var (entries, took, latencies) = await run(log);
            allocated = GC.GetTotalAllocatedBytes() - allocated;
            Array.Sort(latencies);
            rows.Add(
                (
                    entries / took,
                    latencies[latencies.Length / 2],
                    latencies[(int)(latencies.Length * 0.99)],
                    entries / (double)(log.Syncs - syncs),
                    allocated / (double)entries
                )
            );
        }

        Directory.Delete(directory, recursive: true);
    }

    Console.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {Median(row => row.Rate):F0} | {Median(row => row.P50):F2} | {Median(row => row.P99):F2} | {Median(row => row.PerSync):F1} | {Median(row => row.Allocated):F0} |"
        )
    );

    return (Median(row => row.Rate), Median(row => row.P99));

    double Median(Func<(double Rate, double P50, double P99, double PerSync, double Allocated), double> of) =>
        rows.Select(of).Order().ElementAt(Rounds / 2);
}

async Task<(long, double, double[])> ClosedAsync(TransparencyLog log, int inFlight)
{
    var watch = Stopwatch.StartNew();
    var callers = Enumerable
        .Range(0, inFlight)
        .Select(async caller =>
        {
            var latencies = new List<double>(4096);
            for (var i = caller; watch.Elapsed.TotalSeconds < seconds; i += 97)
            {
                var start = Stopwatch.GetTimestamp();
                await log.AppendAsync(leaves[i % leaves.Length], default);
                latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            return latencies;
        })
        .ToArray();
    var all = (await Task.WhenAll(callers)).SelectMany(latencies => latencies).ToArray();
    return (all.Length, watch.Elapsed.TotalSeconds, all);
}

async Task<(long, double, double[])> OpenAsync(TransparencyLog log)
{
    var total = (int)(seconds * OpenLoopRate);
    var latencies = new double[total];
    var done = new Task[total];
    using var never = new ManualResetEventSlim();
    var watch = Stopwatch.StartNew();

    // A thread of its own paces, in steps of a millisecond whatever the log does: on the pool's threads, waiting would take
    // them from what is measured. The latency is from the append to its durable end.
    var pacing = new Thread(() =>
    {
        for (var i = 0; i < total; )
        {
            never.Wait(TimeSpan.FromMilliseconds(1));
            for (var due = Math.Min(total, (int)(watch.Elapsed.TotalSeconds * OpenLoopRate)); i < due; i++)
            {
                done[i] = OneAsync(i);
            }
        }
    });
    pacing.Start();
    pacing.Join();
    await Task.WhenAll(done);
    return (total, watch.Elapsed.TotalSeconds, latencies);

    async Task OneAsync(int i)
    {
        var start = watch.Elapsed.TotalSeconds;
        await log.AppendAsync(leaves[i % leaves.Length], default);
        latencies[i] = (watch.Elapsed.TotalSeconds - start) * 1000;
    }
}
