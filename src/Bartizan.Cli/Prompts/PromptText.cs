using System.Collections.Immutable;
using Bartizan.Cli.Terminal;
using Bartizan.Posture.Prompts;

namespace Bartizan.Cli.Prompts;

/// <summary>What was found about a prompt, for a person.</summary>
internal static class PromptText
{
    /// <summary>One finding as a line.</summary>
    public static string Line(PromptFinding finding) =>
        $"line {finding.Line}: {finding.Severity.ToString().ToLowerInvariant()} {finding.Kind}: {finding.Message}";

    /// <summary>Prints findings, each with what to write instead.</summary>
    public static void Show(ImmutableArray<PromptFinding> findings)
    {
        Screen.Line($"{findings.Length} findings", findings.IsEmpty ? Tone.Good : Tone.Bad);
        foreach (var finding in findings)
        {
            Screen.Line(Line(finding));
            Screen.Line($"  {finding.Instead}", Tone.Quiet);
        }
    }

    /// <summary>Prints how the attacks ended: those that worked or weren't tested one by one.</summary>
    public static void Show(ImmutableArray<TriedAttack> attacks)
    {
        var (worked, untested) = (Count(attacks, TrialEnd.Worked), Count(attacks, TrialEnd.NotTested));
        Screen.Line(
            $"{attacks.Length} attacks tried: {worked} worked, {Count(attacks, TrialEnd.Held)} didn't, {untested} not tested",
            worked + untested == 0 ? Tone.Good : Tone.Bad
        );
        foreach (var attack in attacks.Where(attack => attack.End != TrialEnd.Held))
        {
            Screen.Line(
                attack.End == TrialEnd.Worked
                    ? $"  worked: {attack.Name} ({attack.Family})"
                    : $"  not tested: {attack.Name} ({attack.Family}): {attack.Why}"
            );
        }
    }

    private static int Count(ImmutableArray<TriedAttack> attacks, TrialEnd end) =>
        attacks.Count(attack => attack.End == end);
}
