using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Core.Narrowing;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan diff A B</c>: what B gives that A doesn't, and the reverse, each with an action that shows it.</summary>
internal static class DiffCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var first = new Argument<string>("a") { Description = "The manifest as it was." };
        var second = new Argument<string>("b") { Description = "The manifest as it will be." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "diff",
            "Says which power a manifest gains and loses against another, each with an action and the rule that grants it. Example: bartizan diff agent.yaml agent.new.yaml"
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

            var now = TimeProvider.System.GetUtcNow();
            var gained = NarrowingProof.Of(b, a, now, ("B", "A"));
            var lost = NarrowingProof.Of(a, b, now);
            if (parsed.GetValue(json))
            {
                Screen.Json(new DiffReport(gained.Answer, ExcessLine.Of(gained), lost.Answer, ExcessLine.Of(lost)));
                return ExitCode.Done;
            }

            var (before, after) = (parsed.GetValue(first)!, parsed.GetValue(second)!);
            Print($"{after} (B) gives what {before} (A) doesn't", after, gained, Tone.Bad);
            Print($"{before} (A) gives what {after} (B) doesn't", before, lost, Tone.Good);
            if (gained.Excesses.IsEmpty && lost.Excesses.IsEmpty)
            {
                Screen.Line("no difference: each gives at most what the other gives", Tone.Good);
            }

            return ExitCode.Done;
        });
        return command;
    }

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
