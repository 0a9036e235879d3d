using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Bartizan.EndToEnd.Tests;

/// <summary>
/// The daemon is killed with SIGKILL while eight agents call a model as fast as they can. Afterwards the log must hold
/// whatever reached the provider, and nothing of the agents may go on. <c>bench/soak/crash.sh</c> does it fifty times.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    private const string RoundsVariable = "BARTIZAN_CRASH_ROUNDS";
    private const int UsualRounds = 3;
    private const int Agents = 8;

    /// <summary>How long after the kill an agent's process may still be seen.</summary>
    private static readonly TimeSpan GoneWithin = TimeSpan.FromSeconds(20);

    /// <summary>So many looks that count the same say that nothing is on its way any more: half a second.</summary>
    private const int EqualLooks = 20;

    /// <summary>The longest the agents work before the kill.</summary>
    private const int MaxMillisecondsOfWork = 700;

    [Fact]
    public async Task After_a_killed_daemon_the_log_holds_what_reached_the_provider_and_no_agent_goes_on()
    {
        var rounds = int.Parse(
            Environment.GetEnvironmentVariable(RoundsVariable) ?? $"{UsualRounds}",
            CultureInfo.InvariantCulture
        );
        await using var scene = await Scene.OpenAsync();
        var (requests, answers, slowest) = (0L, 0L, TimeSpan.Zero);
        for (var round = 0; round < rounds; round++)
        {
            var (asked, answered, gone) = await CrashAsync(scene, round);
            requests += asked;
            answers += answered;
            slowest = gone > slowest ? gone : slowest;
        }

        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{rounds} kills of the daemon with {Agents} busy agents: {requests} requests at the provider, all with a durable intent; {answers} answers acknowledged; slowest end of all agent processes {slowest.TotalMilliseconds:F0} ms"
            )
        );
    }

    private static async Task<(int Asked, int Answered, TimeSpan Gone)> CrashAsync(Scene scene, int round)
    {
        scene.Upstream.Requests.Clear();
        (await scene.BartizanAsync("up")).Code.ShouldBe(0);
        var daemon = (await scene.DaemonAsync()).ShouldNotBeNull();
        var mark = $"crash-{Path.GetFileName(scene.Root)}-{round}";
        var runs = Enumerable
            .Range(0, Agents)
            .Select(i =>
                scene.StartRun(
                    Scene.Ask
                        + $"echo up; while :; do ask \"$ANTHROPIC_API_KEY\" {mark}-{i}- | grep -o ANSWERED || break; done; sleep 6000",
                    "--json"
                )
            )
            .ToList();
        try
        {
            foreach (var run in runs)
            {
                await run.SaysAsync("ANSWERED");
            }

            await Task.Delay(RandomNumberGenerator.GetInt32(MaxMillisecondsOfWork));
            using (var process = Process.GetProcessById(daemon))
            {
                process.Kill();
                await process.WaitForExitAsync();
            }

            // The agents: processes whose command line is the script itself, in its sandbox, and not the command outside.
            var since = TimeProvider.System.GetTimestamp();
            await Scene.UntilAsync(
                () =>
                    Scene.Processes(mark).All(p => Scene.CommandLine(p).StartsWith("dotnet", StringComparison.Ordinal)),
                "every agent's processes are gone",
                GoneWithin
            );
            var gone = TimeProvider.System.GetElapsedTime(since);
            var asked = await SettledAsync(scene);
            var ends = new List<Finished>();
            foreach (var run in runs)
            {
                ends.Add(await run.EndAsync());
            }

            scene.Upstream.Requests.Count.ShouldBe(asked, "something went on after the daemon was gone");
            ends.ShouldAllBe(e => e.Code == 125);
            await CompareAsync(scene, mark, ends);
            return (asked, ends.Sum(e => Count(e.Output, "ANSWERED")), gone);
        }
        finally
        {
            foreach (var run in runs)
            {
                await run.DisposeAsync();
            }
        }
    }

    // What was sent before the kill may still be on its way through the provider's sockets.
    private static async Task<int> SettledAsync(Scene scene)
    {
        using var limit = new CancellationTokenSource(Running.Limit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(25));
        var (asked, looks) = (scene.Upstream.Requests.Count, 0);
        while (looks < EqualLooks)
        {
            await timer.WaitForNextTickAsync(limit.Token);
            var now = scene.Upstream.Requests.Count;
            (asked, looks) = now == asked ? (asked, looks + 1) : (now, 0);
        }

        return asked;
    }

    // From the files alone, before any recovery: an intent for each request that the provider saw, and for each answer.
    private static async Task CompareAsync(Scene scene, string mark, List<Finished> ends)
    {
        (await scene.BartizanAsync("log", "verify")).Code.ShouldBe(0);
        var entries = await scene.LogAsync("kind:intent");
        var intents = entries.GroupBy(Session).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        for (var i = 0; i < ends.Count; i++)
        {
            var session = Session(
                JsonNode.Parse(ends[i].Error.Split('\n').Last(l => l.StartsWith("{\"by\"", StringComparison.Ordinal)))!
            );
            var seen = scene.Upstream.Requests.Count(r =>
                System.Text.Encoding.UTF8.GetString(r.Body).Contains($"{mark}-{i}-", StringComparison.Ordinal)
            );
            var recorded = intents.GetValueOrDefault(session);
            recorded.ShouldBeGreaterThanOrEqualTo(seen, $"{session}: intents against requests at the provider");
            seen.ShouldBeGreaterThanOrEqualTo(Count(ends[i].Output, "ANSWERED"));
        }

        // After the recovery: everything has an end, and the log still verifies.
        (await scene.BartizanAsync("up")).Code.ShouldBe(0);
        (await scene.BartizanAsync("log", "verify")).Code.ShouldBe(0);
        var passages = (await scene.LogAsync("kind:outcome")).Select(Passage).ToHashSet();
        entries.Select(Passage).ShouldBeSubsetOf(passages);
        var states = await scene.LogAsync("kind:state");
        var ended = states
            .Where(e => e["detail"]!.GetValue<string>().StartsWith("ended", StringComparison.Ordinal))
            .Select(Session)
            .ToHashSet();
        states.Select(Session).ShouldBeSubsetOf(ended);
        (await scene.SessionsAsync()).ShouldBeEmpty();
    }

    private static string Session(JsonNode node) => node["session"]!.GetValue<string>();

    private static (string Session, long Passage) Passage(JsonNode node) =>
        (Session(node), node["passage"]!.GetValue<long>());

    private static int Count(string text, string word) => text.Split(word).Length - 1;
}
