using System.Diagnostics;
using System.Globalization;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox;
using Bartizan.Sandbox.Bench;
using Bartizan.Sandbox.Bubblewrap;
using Bartizan.Sandbox.Native;

// Sandbox start with all layers beside bare bwrap, interleaved in one run; kills of 400 processes that ignore SIGTERM.
// With BARTIZAN_SRT naming the `srt` program of @anthropic-ai/sandbox-runtime, its starts stand beside ours.
//   bench/sandbox/run.sh [starts] [kills]
//   bench/sandbox/run.sh seen [rounds]       what it costs an agent to be seen
//   bench/sandbox/run.sh dial [dials]        what a dial into a sandbox takes

if (args is ["seen", .. var more])
{
    await SeenCost.RunAsync(
        new BubblewrapBackend(new BubblewrapOptions(), TimeProvider.System),
        more.Length > 0 ? int.Parse(more[0], CultureInfo.InvariantCulture) : 5
    );
    return 0;
}

if (args is ["dial", .. var count])
{
    await DialCost.RunAsync(
        new BubblewrapBackend(new BubblewrapOptions(), TimeProvider.System),
        count.Length > 0 ? int.Parse(count[0], CultureInfo.InvariantCulture) : 3200
    );
    return 0;
}

var starts = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 50;
var kills = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 20;
const int Warmup = 5;
const int Family = 400;
const string Stubborn = "for i in $(seq $1); do (trap '' TERM INT HUP; exec setsid sleep 1000) & done; echo up; wait";

var backend = new BubblewrapBackend(new BubblewrapOptions(), TimeProvider.System);
var host = backend.Probe();
Console.WriteLine($"kernel {host.Kernel}, bubblewrap {host.BubblewrapVersion}, limits {host.Limits}, root {host.Root}");
Console.WriteLine();
Console.WriteLine("| what | n | min ms | median ms | p90 ms | p99 ms |");
Console.WriteLine("|---|---|---|---|---|---|");

var runtime = Environment.GetEnvironmentVariable("BARTIZAN_SRT");
List<double> bare = [],
    beside = [],
    prepare = [],
    create = [],
    inject = [],
    start = [],
    go = [],
    whole = [];
for (var i = 0; i < starts + Warmup; i++)
{
    var bareRun = await TimedAsync("/usr/bin/bwrap", "--ro-bind", "/", "/", "--unshare-all", "/usr/bin/true");
    var clock = Stopwatch.StartNew();
    await using var sandbox = await backend.PrepareAsync(Plan("/usr/bin/true"), CancellationToken.None);
    var prepared = clock.Elapsed.TotalMilliseconds;
    await sandbox.CreateAsync(CancellationToken.None);
    var created = clock.Elapsed.TotalMilliseconds;
    await sandbox.InjectAsync(CancellationToken.None);
    var injected = clock.Elapsed.TotalMilliseconds;
    await sandbox.StartAsync(CancellationToken.None);
    var started = clock.Elapsed.TotalMilliseconds;
    await sandbox.Exited;
    var exited = clock.Elapsed.TotalMilliseconds;
    if (i >= Warmup)
    {
        bare.Add(bareRun);
        prepare.Add(prepared);
        create.Add(created - prepared);
        inject.Add(injected - created);
        start.Add(started - injected);
        go.Add(started);
        whole.Add(exited);
    }
}

// A block of its own: what it leaves behind to end by itself would slow our starts if they were interleaved.
for (var i = 0; runtime is not null && i < starts + Warmup; i++)
{
    var took = await TimedAsync(
        "/usr/bin/env",
        $"PATH={Environment.GetEnvironmentVariable("PATH")}",
        "HOME=/tmp",
        runtime,
        "/usr/bin/true"
    );
    if (i >= Warmup)
    {
        beside.Add(took);
    }
}

Print("bare bwrap --ro-bind / / --unshare-all /usr/bin/true, to exit", bare);
if (runtime is null)
{
    Console.WriteLine("| @anthropic-ai/sandbox-runtime: not measured, BARTIZAN_SRT names no program | | | | | |");
}
else
{
    Print("@anthropic-ai/sandbox-runtime, `srt /usr/bin/true`, to exit", beside);
}

Print("all layers, /usr/bin/true, to exit", whole);
Print("… to the agent's exec", go);
Print("… prepare", prepare);
Print("… create", create);
Print("… inject", inject);
Print("… start", start);
Console.WriteLine($"| **added to bare bwrap, medians** | | | **{Median(whole) - Median(bare):F1}** (goal ≤ 12) | | |");

List<double> killed = [];
for (var i = 0; i < kills; i++)
{
    var plan = Plan("/bin/bash", "-c", Stubborn, "family", Family.ToString(CultureInfo.InvariantCulture));
    await using var sandbox = await backend.PrepareAsync(
        plan with
        {
            Limits = new Limits { Processes = 2 * Family },
        },
        CancellationToken.None
    );
    await sandbox.CreateAsync(CancellationToken.None);
    await sandbox.InjectAsync(CancellationToken.None);
    await sandbox.StartAsync(CancellationToken.None);
    await sandbox.Output.ReadExactlyAsync(new byte[3]);
    var report = await sandbox.KillAsync(CancellationToken.None);
    if (!report.VerifiedEmpty)
    {
        Console.WriteLine("a kill was not verified empty");
        return 1;
    }

    killed.Add(report.Elapsed.TotalMilliseconds);
}

if (killed.Count > 0)
{
    Print($"kill of {Family} processes to verified empty (goal p99 ≤ 100)", killed);
}

return 0;

static SandboxPlan Plan(params string[] command) => new() { Id = SessionId.New(), Command = [.. command] };

static double Median(List<double> values) => At(values, 0.5);

static double At(List<double> values, double share)
{
    var sorted = values.Order().ToList();
    return sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
}

static void Print(string what, List<double> values) =>
    Console.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {what} | {values.Count} | {values.Min():F1} | {Median(values):F1} | {At(values, 0.9):F1} | {At(values, 0.99):F1} |"
        )
    );

// The child is our own only when it ends well: a refusal would be a quick start.
static async Task<double> TimedAsync(string program, params string[] arguments)
{
    var clock = Stopwatch.StartNew();
    using var nothing = Descriptor.Open("/dev/null", Libc.O_RDWR);
    using var child = await Spawner.SpawnAsync(program, arguments, [(nothing, 0), (nothing, 1), (nothing, 2)]);
    var (status, _) = await child.Exited;
    return status == 0
        ? clock.Elapsed.TotalMilliseconds
        : throw new InvalidOperationException($"{program} ended with {status}");
}
