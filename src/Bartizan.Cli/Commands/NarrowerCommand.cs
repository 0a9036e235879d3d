using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Policies;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan narrower A B</c>: proof that A gives at most what B gives, or a counterexample.</summary>
internal static class NarrowerCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var command = TwoManifests.Make(
            "narrower",
            "Proves that a manifest gives at most what another gives, or shows an action that it lets through and the other doesn't. Example: bartizan narrower production.yaml staging.yaml",
            ("The manifest that should give less, or as much.", "The manifest that it is held against."),
            Compare
        );
        foreach (var option in WaiverOptions.All)
        {
            command.Options.Add(option);
        }

        return command;
    }

    private static int Compare(
        ParseResult parsed,
        (string Path, Manifest Manifest) first,
        (string Path, Manifest Manifest) second,
        bool json
    )
    {
        var (a, b) = (first.Manifest, second.Manifest);
        var now = TimeProvider.System.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var proof = NarrowingProof.Of(a, b, now);
        var (mine, theirs) = (Policy.Compile(a), Policy.Compile(b));
        if (WaiverOptions.Makes(parsed))
        {
            return WaiverOptions.Make(parsed, proof, mine, theirs, today);
        }

        if (WaiverOptions.Take(parsed, proof, mine, theirs, today) is not { } waivers)
        {
            return ExitCode.No;
        }

        var accepted = waivers.Select(w => w.Excess).ToHashSet(StringComparer.Ordinal);
        var isProved = proof.Excesses.All(e => e.Waivable is { } id && accepted.Contains(id.ToString()));
        if (json)
        {
            Screen.Json(
                new NarrowerReport(proof.Answer, proof.From, proof.Atoms, ExcessLine.Of(proof), waivers, isProved)
            );
        }
        else
        {
            Print(first.Path, second.Path, a, b, proof);
            foreach (var waiver in waivers)
            {
                Screen.Line(
                    Screen.Printable(
                        $"accepted by {waiver.By} until {waiver.Until:yyyy-MM-dd}: {waiver.Rule}: {waiver.Why}"
                    )
                );
            }
        }

        // INVARIANT: a waiver accepts what isn't proved, never what was seen to differ.
        return isProved ? ExitCode.Done : ExitCode.No;
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
        IReadOnlyList<ExcessLine> Excesses,
        IReadOnlyList<Waiver> Waivers,
        bool Accepted
    );
}
