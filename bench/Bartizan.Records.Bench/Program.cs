using System.Diagnostics;
using System.Globalization;
using Bartizan.Core.Sessions;
using Bartizan.Records.Bench;
using Bartizan.Records.Payloads;
using Bartizan.Records.Projections;
using Bartizan.Records.Queries;
using Bartizan.Records.Timelines;

// Queries over a long log. Phases, so that each can be given its time; all resume where the last run of them ended.
//   write HOME ENTRIES [N] appends entries of made-up sessions: 1,000 entries each, 20 sessions at a time, or N
//   settle HOME            waits until closed segments are given up for their bundles
//   project HOME SECONDS   builds the projection (SQLite, or PostgreSQL when HOME/index.postgres says so)
//   export HOME            sends the first 200,000 entries to a file and to an HTTP peer
//   ask HOME               rebuilds sessions, and asks what people ask
const long DiskBlock = 4096;
var home = args[1];
switch (args[0])
{
    case "write":
        await MadeUpLog.WriteAsync(
            home,
            long.Parse(args[2], CultureInfo.InvariantCulture),
            args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 20
        );
        return;
    case "settle":
        await MadeUpLog.SettleAsync(home);
        return;
    case "export":
        await ExportBench.RunAsync(home);
        return;
    case "project":
        await ProjectAsync(double.Parse(args[2], CultureInfo.InvariantCulture));
        return;
    default:
        await AskAsync();
        return;
}

async Task ProjectAsync(double seconds)
{
    var size = MadeUpLog.SizeOf(home);
    var started = Stopwatch.GetTimestamp();
    var first = -1L;
    await using var follower = new ProjectionFollower(
        new ProjectionPlace { Home = home },
        () => size,
        TimeProvider.System,
        Console.WriteLine
    );
    while (follower.Size < size && Stopwatch.GetElapsedTime(started).TotalSeconds < seconds)
    {
        await Task.Delay(100);
        if (first < 0 && follower.Size > 0)
        {
            (first, started) = (follower.Size, Stopwatch.GetTimestamp());
        }
    }

    var took = Stopwatch.GetElapsedTime(started).TotalSeconds;
    var rate = (follower.Size - Math.Max(first, 0)) / took;
    Console.WriteLine($"projected {follower.Size:N0} of {size:N0} entries; {rate:N0} entries/s");
}

async Task AskAsync()
{
    var place = new ProjectionPlace { Home = home };
    using var search = await LogSearch.OpenAsync(place, Console.WriteLine, default);
    Console.WriteLine(search.Note ?? "through the projection");
    var size = MadeUpLog.SizeOf(home);
    if (File.Exists(place.Database))
    {
        var bytes = new FileInfo(place.Database).Length;
        var log = new DirectoryInfo(place.Record.LogDirectory)
            .EnumerateFiles("*", SearchOption.AllDirectories)
            .Sum(file => (file.Length + DiskBlock - 1) / DiskBlock * DiskBlock);
        Console.WriteLine(
            $"index.db: {bytes:N0} bytes, {(double)bytes / size:N1} an entry; log, in whole blocks: {log:N0} bytes, {(double)log / size:N1} an entry"
        );
    }

    Console.WriteLine("| what | entries found | p50 ms | p99 ms |");
    Console.WriteLine("|---|---|---|---|");
    using var payloads = new PayloadReader(place.Record.PayloadDirectory, place.Record.KeyDirectory);
    await RebuildAsync("a session rebuilt", search, payloads, 0, size - MadeUpLog.Spread, size / 200);
    await RebuildAsync(
        "a session rebuilt that ran beside 400",
        search,
        payloads,
        size - MadeUpLog.Spread,
        size - (MadeUpLog.Spread / 2),
        MadeUpLog.Spread / 400
    );
    foreach (
        var text in (string[])
            [
                "decision:deny",
                "agent:agent-7 verb:http",
                "host:host-17.example since:400d",
                "target:*item-777*",
                "\"no rule allows\" -agent:agent-7",
                "label:untrusted tool:github/*",
            ]
    )
    {
        if (!LogQuery.TryParse(text, TimeProvider.System.GetUtcNow(), out var query, out var problem))
        {
            throw new InvalidOperationException(problem);
        }

        await MeasureAsync(
            $"`{text} --limit 50`",
            Enumerable.Range(0, 20),
            async _ => await search.FindAsync(query, new LogPage { Limit = 50 }, default).CountAsync()
        );
    }
}

async Task RebuildAsync(string name, LogSearch search, PayloadReader payloads, long from, long to, long step)
{
    var sessions = new List<SessionId>();
    for (var at = from; at < to; at += step)
    {
        var row = await search.FindAsync(LogQuery.All, new LogPage { After = at, Limit = 1 }, default).FirstAsync();
        sessions.Add(row.Entry.Session);
    }

    var bundles = new List<int>();
    await MeasureAsync(
        name,
        sessions,
        async session =>
        {
            var timeline = await SessionTimeline.BuildAsync(search, payloads, session, false, default);
            bundles.Add(timeline!.Rows.Select(row => row.Row.Index / 256).Distinct().Count());
            return timeline.Rows.Length;
        }
    );
    bundles.Sort();
    Console.WriteLine($"| … the bundles that its entries lie in (median) | {bundles[bundles.Count / 2]} | | |");
}

async Task MeasureAsync<T>(string name, IEnumerable<T> each, Func<T, Task<int>> run)
{
    var took = new List<double>();
    var found = 0;
    foreach (var one in each)
    {
        var started = Stopwatch.GetTimestamp();
        found = await run(one);
        took.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    took.Sort();
    Console.WriteLine($"| {name} | {found} | {took[took.Count / 2]:N1} | {took[took.Count * 99 / 100]:N1} |");
}
