using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Core.Narrowing;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan diff A B</c>: what B gives that A doesn't, and the reverse, each with an action that shows it.</summary>
internal static class DiffCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make() =>
        TwoManifests.Make(
            "diff",
            "Says which power a manifest gains and loses against another, each with an action and the rule that grants it. Example: bartizan diff agent.yaml agent.new.yaml",
            ("The manifest as it was.", "The manifest as it will be."),
            (_, a, b, json) =>
            {
                var now = TimeProvider.System.GetUtcNow();
                var gained = NarrowingProof.Of(b.Manifest, a.Manifest, now, ("B", "A"));
                var lost = NarrowingProof.Of(a.Manifest, b.Manifest, now);
                if (json)
                {
                    Screen.Json(new DiffReport(gained.Answer, ExcessLine.Of(gained), lost.Answer, ExcessLine.Of(lost)));
                    return ExitCode.Done;
                }

                Print($"{b.Path} (B) gives what {a.Path} (A) doesn't", b.Path, gained, Tone.Bad);
                Print($"{a.Path} (A) gives what {b.Path} (B) doesn't", a.Path, lost, Tone.Good);
                if (gained.Excesses.IsEmpty && lost.Excesses.IsEmpty)
                {
                    Screen.Line("no difference: each gives at most what the other gives", Tone.Good);
                }

                return ExitCode.Done;
            }
        );

    private static void Print(string title, string file, NarrowingProof proof, Tone tone)
    {
        if (!proof.Excesses.IsEmpty)
        {
            Screen.Line(title, tone);
            ExcessLine.Print(proof, file);
        }
    }

    private sealed record DiffReport(
        NarrowingAnswer GainedAnswer,
        IReadOnlyList<ExcessLine> Gained,
        NarrowingAnswer LostAnswer,
        IReadOnlyList<ExcessLine> Lost
    );
}
