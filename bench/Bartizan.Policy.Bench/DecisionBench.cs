using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using BenchmarkDotNet.Attributes;

namespace Bartizan.Policy.Bench;

/// <summary>One decision, by the tables and by the specification, and the compilation of a policy.</summary>
[MemoryDiagnoser]
public class DecisionBench
{
    private Manifest _plain = null!;
    private Core.Policies.Policy _tables = null!;
    private Core.Policies.Policy _naive = null!;
    private Core.Policies.Policy _mixed = null!;
    private Circumstances _known;
    private ActionTarget[] _allowed = [];
    private ActionTarget[] _refused = [];
    private ActionTarget[] _people = [];

    /// <summary>How many rules.</summary>
    [Params(100, 1_000, 10_000)]
    public int Rules { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _plain = Workload.Plain(Rules);
        _tables = Core.Policies.Policy.Compile(_plain);
        _naive = Core.Policies.Policy.CompileNaive(_plain);
        var floor = ManifestLoader
            .Load(
                "apiVersion: bartizan/v1\nagent: a\nextends: floor\nrules:\n  - { allow: exec a, why: x }\n",
                "a.yaml",
                _ => null
            )
            .Manifest!.Layers[0];
        var mixed = Workload.Mixed(Rules, floor);
        _mixed = Core.Policies.Policy.Compile(mixed);
        _known = Workload.Known(mixed);
        _allowed = TargetsOf("allow");
        _refused = TargetsOf("deny");
        _people =
        [
            .. Enumerable
                .Range(0, Workload.Decisions)
                .Select(i => Workload.MixedTarget((int)((long)i * 7919 % Rules)))
                .Where(t => _mixed.Screen(t, _known) is { Effect: Effect.Allow, Rules.Length: 1 }),
        ];
        _people = Fill(_people);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Workload.Decisions)]
    public int Allowed() => Count(_tables, _allowed, default);

    [Benchmark(OperationsPerInvoke = Workload.Decisions)]
    public int AllowedByEveryRuleAsked() => Count(_naive, _allowed, default);

    [Benchmark(OperationsPerInvoke = Workload.Decisions)]
    public int AllowedUnderTheFloorWithConditions() => Count(_mixed, _people, _known);

    [Benchmark(OperationsPerInvoke = Workload.Decisions)]
    public int DeniedWithItsReason() => Count(_tables, _refused, default);

    [Benchmark]
    public Digest Compile() => Core.Policies.Policy.Compile(_plain).Digest;

    private static int Count(Core.Policies.Policy policy, ActionTarget[] targets, in Circumstances known)
    {
        var allowed = 0;
        foreach (var target in targets)
        {
            allowed += policy.Screen(target, known).Effect == Effect.Allow ? 1 : 0;
        }

        return allowed;
    }

    private ActionTarget[] TargetsOf(string effect) =>
        Fill([
            .. Workload
                .Asked(Rules)
                .Where(i => Workload.EffectOf(i) == effect)
                .Select(i => new ToolTarget(Workload.ToolOf(i).Server, Workload.ToolOf(i).Tool)),
        ]);

    private static ActionTarget[] Fill(ActionTarget[] targets) =>
        [.. Enumerable.Range(0, Workload.Decisions).Select(i => targets[i % targets.Length])];
}
