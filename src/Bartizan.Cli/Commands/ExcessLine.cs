using System.Globalization;
using System.Text.Json;
using Bartizan.Cli.Terminal;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Narrowing;

namespace Bartizan.Cli.Commands;

/// <summary>One excess of a proof, as it is printed.</summary>
/// <param name="Kind">In what.</param>
/// <param name="Certain">True when it was seen under both manifests.</param>
/// <param name="Says">The sentence.</param>
/// <param name="Action">The action, as <c>explain</c> takes it.</param>
/// <param name="Also">Other names of the same action.</param>
/// <param name="At">When, where it isn't now.</param>
/// <param name="Question">The action and its circumstances, as <c>decide</c> takes them.</param>
/// <param name="Explain">The words after <c>bartizan</c> that show it under either file; null where only <c>decide</c> can ask it.</param>
/// <param name="Granted">The rule that grants it, with its place.</param>
/// <param name="Here">How the manifest that gives more decides it.</param>
/// <param name="There">How the other decides it.</param>
/// <param name="Because">Why the other decides it so.</param>
/// <param name="Id">What a waiver calls it; null for what none can accept.</param>
internal sealed record ExcessLine(
    ExcessKind Kind,
    bool Certain,
    string Says,
    string? Action,
    string? Also,
    DateTimeOffset? At,
    JsonElement? Question,
    string? Explain,
    string? Granted,
    Effect? Here,
    Effect? There,
    string? Because,
    string? Id
)
{
    /// <summary>The lines of a proof.</summary>
    public static IReadOnlyList<ExcessLine> Of(NarrowingProof proof) =>
        [.. proof.Excesses.Select(excess => Of(excess, proof.From))];

    /// <summary>Prints them; the file is the one that gives more.</summary>
    public static void Print(NarrowingProof proof, string file)
    {
        var lines = Of(proof);
        foreach (var line in lines)
        {
            var what = line.Action is null ? line.Says : $"{line.Action}: {line.Says}";
            Screen.Line($"  {Screen.Printable(what)}", line.Certain ? Tone.Bad : Tone.Strong);
            if (line.Also is { } also)
            {
                Screen.Line($"      the same as {Screen.Printable(also)}");
            }

            if (line.At is { } at)
            {
                Screen.Line(string.Create(CultureInfo.InvariantCulture, $"      from {at:yyyy-MM-dd HH:mm} UTC on"));
            }

            if (line is { Certain: true, Explain: { } explain })
            {
                Screen.Line($"      bartizan {Screen.Printable(explain)} -m {Screen.Printable(file)}");
            }
            else if (line is { Certain: true, Question: { } question })
            {
                Screen.Line($"      asked of `bartizan decide`: {Screen.Printable(question.GetRawText())}");
            }

            if (line.Granted is { } granted)
            {
                Screen.Line($"      {proof.First}: {Screen.Printable(granted)}");
            }

            if (line.Because is { } because)
            {
                Screen.Line($"      {proof.Second}: {Screen.Printable(because)}");
            }

            if (!line.Certain)
            {
                Screen.Line("      cannot prove it; the action may be one that can't be");
                if (line.Id is { } id)
                {
                    Screen.Line($"      a signed waiver may accept it: --waive {id}");
                }
            }
        }
    }

    private static ExcessLine Of(Excess excess, DateTimeOffset from) =>
        new(
            excess.Kind,
            excess.IsCertain,
            excess.Says,
            excess.Action is { } action ? $"{action.Verb.ToString().ToLowerInvariant()} {action.Text}" : null,
            excess.Action switch
            {
                FileTarget { Aliases: [var alias, ..] } => alias,
                ExecTarget { Spellings: [var spelling, ..] } => string.Join(' ', spelling),
                _ => null,
            },
            excess.At is { } at && at > from ? at : null,
            excess.Asked is { } asked ? AskedQuestion.JsonOf(asked) : null,
            excess.Asked is { } explained ? AskedQuestion.ExplainOf(explained) : null,
            excess.GrantedBy is { } rule ? $"`{rule.Text}` ({rule.Place})" : null,
            excess.Action is null ? null : excess.First.Effect,
            excess.Action is null ? null : excess.Second.Effect,
            excess.Action is null ? null : excess.Second.Reason,
            excess.Waivable?.ToString()
        );
}
