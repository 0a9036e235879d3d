using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan narrower A B</c>: proof that A gives at most what B gives, or a counterexample.</summary>
internal static class NarrowerCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var first = new Argument<string>("a") { Description = "The manifest that should give less, or as much." };
        var second = new Argument<string>("b") { Description = "The manifest that it is held against." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "narrower",
            "Proves that a manifest gives at most what another gives, or shows an action that it lets through and the other doesn't. Example: bartizan narrower production.yaml staging.yaml"
        )
        {
            first,
            second,
            json,
        };
        command.SetAction(parsed =>
        {
            if (
                ManifestFile.Load(parsed.GetValue(first)!, out var code) is not { } a
                || ManifestFile.Load(parsed.GetValue(second)!, out code) is not { } b
            )
            {
                return code;
            }

            var proof = NarrowingProof.Of(a, b, TimeProvider.System.GetUtcNow());
            if (parsed.GetValue(json))
            {
                Screen.Json(new NarrowerReport(proof.Answer, proof.From, proof.Atoms, ExcessLine.Of(proof)));
            }
            else
            {
                Print(parsed.GetValue(first)!, parsed.GetValue(second)!, a, b, proof);
            }

            return proof.Answer == NarrowingAnswer.Proved ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }

    private static void Print(string first, string second, Manifest a, Manifest b, NarrowingProof proof)
    {
        var (mine, theirs) = (a.Layers.Sum(l => l.Rules.Length), b.Layers.Sum(l => l.Rules.Length));
        switch (proof.Answer)
        {
            case NarrowingAnswer.Proved:
                Screen.Line(
                    $"proved: {first} gives at most what {second} gives ({mine} rules against {theirs}, {proof.Atoms} atoms)",
                    Tone.Good
                );
                break;
            case NarrowingAnswer.Refuted:
                Screen.Line($"no: {first} (A) gives what {second} (B) doesn't", Tone.Bad);
                break;
            default:
                Screen.Line(
                    $"not proved: nothing was found that {first} (A) gives and {second} (B) surely doesn't",
                    Tone.Bad
                );
                break;
        }

        ExcessLine.Print(proof, first);
    }

    private sealed record NarrowerReport(
        NarrowingAnswer Answer,
        DateTimeOffset From,
        int Atoms,
        IReadOnlyList<ExcessLine> Excesses
    );
}
