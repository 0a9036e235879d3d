using System.Globalization;
using Bartizan.Client;
using Bartizan.Console.Bench;

// How soon a page with many live sessions shows what one of them did: a running instance, the console over TLS, a real browser.
// bench/console/run.sh starts the instance.
//   HOME MANIFEST SESSIONS ROUNDS      prints a table; exit code 1 when the goal is missed

const double GoalMilliseconds = 200;
var (home, manifest) = (args[0], args[1]);
var (many, rounds) = (
    int.Parse(args[2], CultureInfo.InvariantCulture),
    int.Parse(args[3], CultureInfo.InvariantCulture)
);
using var client = new ControlClient(new ControlAddress(home));
using var agents = await Agents.OpenAsync(client, manifest, many, CancellationToken.None);
await using var page = await WatchedPage.OpenAsync(client, many, CancellationToken.None);

Console.WriteLine($"| page of {many:N0} live sessions | p50, ms | p95, ms | p99, ms | longest, ms | goal | |");
Console.WriteLine("|---|---|---|---|---|---|---|");
var quiet = await MeasureAsync("nothing else happens");
using var stop = new CancellationTokenSource();
var others = agents.BusyAsync(stop.Token);
var busy = await MeasureAsync("another session is refused something every 5 ms");
await stop.CancelAsync();
Console.WriteLine($"\n{await others:N0} refusals of others meanwhile.");
return quiet && busy ? 0 : 1;

async Task<bool> MeasureAsync(string what)
{
    var delays = new List<double>(rounds);
    for (var round = 0; round < rounds; round++)
    {
        // Those of even numbers, all over the page.
        var (session, refused, answered) = await agents.RefuseAsync(round * 778 % many, CancellationToken.None);
        delays.Add(await page.ShownAsync(session, refused) - answered);
        Console.Error.Write($"\r{what}: {round + 1} of {rounds}");
    }

    Console.Error.WriteLine();
    delays.Sort();
    var met = At(0.99) < GoalMilliseconds;
    Console.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {what} | {At(0.5):F0} | {At(0.95):F0} | {At(0.99):F0} | {delays[^1]:F0} | p99 < {GoalMilliseconds:F0} | {(met ? "pass" : "MISS")} |"
        )
    );
    return met;

    double At(double share) => delays[Math.Min(delays.Count - 1, (int)(share * delays.Count))];
}
