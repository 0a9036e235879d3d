using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Bartizan.Log;
using Bartizan.Log.Bench;
using Bartizan.Log.Disks;
using Bartizan.Log.Verification;

// Appends in a closed loop (each caller waits for its entry to be durable) and an open loop, with and without a slower disk,
// and verifies what was written. Prints medians of three rounds.
//   dotnet run -c Release --project bench/Bartizan.Log.Bench [-- seconds-per-round]

var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 2;
const int Rounds = 3;
const int LeafBytes = 1024;
const int OpenLoopRate = 10_000;
var leaf = RandomNumberGenerator.GetBytes(LeafBytes);

Console.WriteLine("| what | entries/s | p50 ms | p99 ms | entries per sync | bytes allocated per entry |");
Console.WriteLine("|---|---|---|---|---|---|");
foreach (var delay in new[] { 0, 5 })
{
    foreach (var inFlight in new[] { 1, 64, 4096 })
    {
        await ReportAsync(
            $"closed loop, {inFlight} in flight, +{delay} ms per sync",
            log => ClosedAsync(log, inFlight),
            delay
        );
    }

    await ReportAsync($"open loop, {OpenLoopRate}/s, +{delay} ms per sync", OpenAsync, delay);
}

await VerifyAsync();
await JournalBench.RunAsync(seconds);

async Task ReportAsync(
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
            await log.AppendAsync(leaf, default);
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

    double Median(Func<(double Rate, double P50, double P99, double PerSync, double Allocated), double> of) =>
        rows.Select(of).Order().ElementAt(Rounds / 2);
}

async Task<(long, double, double[])> ClosedAsync(TransparencyLog log, int inFlight)
{
    var watch = Stopwatch.StartNew();
    var callers = Enumerable
        .Range(0, inFlight)
        .Select(async _ =>
        {
            var latencies = new List<double>(4096);
            while (watch.Elapsed.TotalSeconds < seconds)
            {
                var start = Stopwatch.GetTimestamp();
                await log.AppendAsync(leaf, default);
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
        await log.AppendAsync(leaf, default);
        latencies[i] = (watch.Elapsed.TotalSeconds - start) * 1000;
    }
}

async Task VerifyAsync()
{
    const int Entries = 300_000;
    var directory = Directory.CreateTempSubdirectory("bartizan-bench-").FullName;
    await using (var log = await TransparencyLog.OpenAsync(directory, new LogOptions(), TimeProvider.System, default))
    {
        for (var i = 0; i < Entries; i++)
        {
            await log.PostAsync(leaf, default);
        }
    }

    var rates = new List<double>();
    for (var round = 0; round < Rounds; round++)
    {
        var watch = Stopwatch.StartNew();
        var verdict = await LogVerifier.VerifyAsync(directory, new LogVerifierOptions(), default);
        rates.Add(Entries / watch.Elapsed.TotalSeconds);
        if (!verdict.Holds || verdict.Entries != Entries)
        {
            throw new InvalidOperationException("the log that was just written does not verify");
        }
    }

    var opening = Stopwatch.StartNew();
    await (await TransparencyLog.OpenAsync(directory, new LogOptions(), TimeProvider.System, default)).DisposeAsync();
    Console.WriteLine(
        $"\nverify: {rates.Order().ElementAt(Rounds / 2):F0} entries/s; opening {Entries} entries: {opening.ElapsedMilliseconds} ms"
    );
    Directory.Delete(directory, recursive: true);
}
