using System.Globalization;
using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using BenchmarkDotNet.Attributes;

namespace Bartizan.Policy.Bench;

/// <summary>The proof that a thousand rules, seventy of them denials, lie within a thousand without them.</summary>
public class NarrowingBench
{
    /// <summary>Rules of each manifest.</summary>
    public const int Rules = 1_000;

    private const int Denials = 70;
    private const int WildEvery = 13;
    private Manifest _first = null!;
    private Manifest _second = null!;

    /// <summary>What the rules are about.</summary>
    [Params("tools", "tools with conditions and arguments", "hosts", "files")]
    public string About { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _first = Make(Denials, tighter: true);
        _second = Make(0, tighter: false);
        var proof = NarrowingProof.Of(_first, _second, Workload.Now);
        if (proof.Answer != NarrowingAnswer.Proved)
        {
            throw new InvalidOperationException($"what is measured must be a proof: {proof.Excesses[0]}");
        }
    }

    [Benchmark]
    public NarrowingAnswer Prove() => NarrowingProof.Of(_first, _second, Workload.Now).Answer;

    // Seven of ten allow, one asks, two deny; every thirteenth name ends in a wildcard.
    private Manifest Make(int denials, bool tighter)
    {
        var text = new StringBuilder("apiVersion: bartizan/v1\nagent: measured\nrules:\n");
        for (var i = 0; i < Rules - denials; i++)
        {
            var effect = (i % 10) switch
            {
                < 7 => "allow",
                7 => "ask",
                _ => "deny",
            };
            text.Append(
                CultureInfo.InvariantCulture,
                $"  - {{ {effect}: \"{Pattern(i, i % WildEvery == 0)}\", why: It is measured.{Extra(i, effect, tighter)} }}\n"
            );
        }

        for (var i = 0; i < denials; i++)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"  - {{ deny: \"{Denial(WildEvery * i)}\", why: It is measured. }}\n"
            );
        }

        var load = ManifestLoader.Load(text.ToString(), "measured.yaml", _ => null);
        return load.Manifest
            ?? throw new InvalidOperationException(string.Join('\n', load.Errors.Select(ManifestLoader.Describe)));
    }

    private string Pattern(int i, bool wild) =>
        About switch
        {
            "hosts" => string.Create(
                CultureInfo.InvariantCulture,
                $"connect {(wild ? "*." : "")}host{i}.team{i % 30}.example:443"
            ),
            "files" => string.Create(
                CultureInfo.InvariantCulture,
                $"read workspace/d{i % 100}/f{i}/{(wild ? "**" : "a.cs")}"
            ),
            _ => string.Create(CultureInfo.InvariantCulture, $"tool s{i % 20}/do_{i}_it{(wild ? "*" : "")}"),
        };

    // Within what a wildcard takes, so that no rule is idle.
    private string Denial(int i) =>
        About switch
        {
            "hosts" => string.Create(CultureInfo.InvariantCulture, $"connect admin.host{i}.team{i % 30}.example:443"),
            "files" => string.Create(CultureInfo.InvariantCulture, $"read workspace/d{i % 100}/f{i}/secret/**"),
            _ => string.Create(CultureInfo.InvariantCulture, $"tool s{i % 20}/do_{i}_item"),
        };

    // Every fourth allow of tools reads what it is called with; the narrower side within narrower bounds.
    private string Extra(int i, string effect, bool tighter)
    {
        if (About != "tools with conditions and arguments" || effect != "allow" || i % 4 != 1)
        {
            return "";
        }

        var most = tighter ? 50 : 100;
        return i % 8 == 1
            ? string.Create(
                CultureInfo.InvariantCulture,
                $", when: \"args.limit <= {most + (i % 5)} && time.hour >= 8\""
            )
            : string.Create(
                CultureInfo.InvariantCulture,
                $", args: {{ region: {{ in: [eu, us] }}, limit: {{ between: [1, {most + (i % 5)}] }} }}"
            );
    }
}
