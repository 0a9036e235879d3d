using System.Globalization;
using Bartizan.Policy.Bench;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

// Decisions and compilation of policies of 100, 1,000 and 10,000 rules; proofs of narrowness; the goals; other engines on the
// same decisions.
//   bench/policy/run.sh
// What tracing values costs: `flow` alone.
//   dotnet run -c Release --project bench/Bartizan.Policy.Bench -- flow

var config = ManualConfig
    .CreateEmpty()
    .AddLogger(NullLogger.Instance)
    .AddColumnProvider(BenchmarkDotNet.Columns.DefaultColumnProviders.Instance)
    .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(5).WithIterationCount(12))
    .WithOptions(ConfigOptions.DisableLogFile)
    .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "bartizan-policy-bench"));
if (args is ["flow"])
{
    foreach (var report in BenchmarkRunner.Run<FlowBench>(config).Reports)
    {
        var name = report.BenchmarkCase.Descriptor.WorkloadMethod.Name;
        if (report.ResultStatistics is not { } took)
        {
            Console.Error.WriteLine($"error: `{name}` gave no result; its setup throws, or it does");
            return 1;
        }

        var bytes = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {took.Mean / 1000:N2} µs | ± {took.StandardError / 1000:N2} | {bytes:N0} bytes |"
            )
        );
    }

    return 0;
}

var summary = BenchmarkRunner.Run<DecisionBench>(config);
var narrowing = BenchmarkRunner.Run<NarrowingBench>(config);
if (summary.Reports.Concat(narrowing.Reports).FirstOrDefault(r => r.ResultStatistics is null) is { } bare)
{
    Console.Error.WriteLine($"error: `{bare.BenchmarkCase.DisplayInfo}` gave no result; its setup throws, or it does");
    return 1;
}

Console.WriteLine("| ns per decision | 100 rules | 1,000 | 10,000 | bytes allocated |");
Console.WriteLine("|---|---|---|---|---|");
Row("allowed by one of the rules", "Allowed");
Row("the same, every rule asked (the specification)", "AllowedByEveryRuleAsked");
Row("allowed; wildcards, hosts, files, conditions, under `floor`", "AllowedUnderTheFloorWithConditions");
Row("denied, with the sentence that says why", "DeniedWithItsReason");
var peers = args.Length > 0 ? await Peers.MeasureAsync(args[0]) : [];
foreach (var engine in peers.GroupBy(p => p.Engine))
{
    Console.WriteLine(
        $"| {engine.Key} | {string.Join(" | ", engine.Select(p => p.NanosecondsPerDecision.ToString("N0", CultureInfo.InvariantCulture)))} | node |"
    );
}

Console.WriteLine();
Console.WriteLine("| ms to compile | 100 rules | 1,000 | 10,000 |");
Console.WriteLine("|---|---|---|---|");
Console.WriteLine(
    $"| Bartizan, digest of the normal form included | {string.Join(" | ", Sizes().Select(n => (Mean("Compile", n) / 1e6).ToString("F2", CultureInfo.InvariantCulture)))} |"
);
foreach (var engine in peers.GroupBy(p => p.Engine))
{
    Console.WriteLine(
        $"| {engine.Key} | {string.Join(" | ", engine.Select(p => p.CompileMilliseconds.ToString("F2", CultureInfo.InvariantCulture)))} |"
    );
}

Console.WriteLine();
Console.WriteLine($"| `narrower` of {NarrowingBench.Rules:N0} rules within {NarrowingBench.Rules:N0} | ms |");
Console.WriteLine("|---|---|");
foreach (var report in narrowing.Reports)
{
    Console.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {report.BenchmarkCase.Parameters["About"]} | {report.ResultStatistics!.Median / 1e6:F0} |"
        )
    );
}

Console.WriteLine();
foreach (var size in peers.GroupBy(p => p.Rules))
{
    var ours = Workload.Asked(size.Key).Count(i => Workload.EffectOf(i) == "allow");
    Console.WriteLine(
        $"of {Workload.Decisions} decisions under {size.Key} rules allowed: {ours} by Bartizan, {string.Join(", ", size.Select(p => $"{p.Allowed} by {p.Engine}"))}"
    );
}

Console.WriteLine();
Console.WriteLine("| goal | bound | measured | |");
Console.WriteLine("|---|---|---|---|");
Goal("decision at 100 rules", 150, Mean("Allowed", 100), "ns");
Goal(
    "decision at 100 rules under `floor`, with conditions",
    150,
    Mean("AllowedUnderTheFloorWithConditions", 100),
    "ns"
);
Goal("decision at 10,000 rules", 1_000, Mean("Allowed", 10_000), "ns");
Goal(
    "decision at 10,000 rules under `floor`, with conditions",
    1_000,
    Mean("AllowedUnderTheFloorWithConditions", 10_000),
    "ns"
);
Goal(
    "bytes allocated by an allowed decision",
    0,
    Math.Max(Sizes().Max(n => Bytes("Allowed", n)), Sizes().Max(n => Bytes("AllowedUnderTheFloorWithConditions", n))),
    "B"
);
Goal("compile 10,000 rules", 50, Mean("Compile", 10_000) / 1e6, "ms");
Goal(
    "`narrower` of 1,000 rules within 1,000, the slowest kind",
    1_000,
    narrowing.Reports.Max(r => r.ResultStatistics!.Median) / 1e6,
    "ms"
);
return 0;

static int[] Sizes() => [100, 1_000, 10_000];

BenchmarkReport Of(string method, int rules) =>
    summary.Reports.Single(r =>
        r.BenchmarkCase.Descriptor.WorkloadMethod.Name == method && (int)r.BenchmarkCase.Parameters["Rules"] == rules
    );

double Mean(string method, int rules) => Of(method, rules).ResultStatistics!.Median;

long Bytes(string method, int rules) =>
    Of(method, rules).GcStats.GetBytesAllocatedPerOperation(Of(method, rules).BenchmarkCase) ?? 0;

void Row(string what, string method) =>
    Console.WriteLine(
        $"| {what} | {string.Join(" | ", Sizes().Select(n => Mean(method, n).ToString("N0", CultureInfo.InvariantCulture)))} | {Sizes().Max(n => Bytes(method, n))} |"
    );

static void Goal(string what, double bound, double measured, string unit) =>
    Console.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {what} | ≤ {bound} {unit} | {measured:F0} {unit} | {(measured <= bound ? "pass" : "**miss**")} |"
        )
    );
