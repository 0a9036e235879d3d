using Bartizan.Core.Findings;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Guards.Contents;
using Bartizan.Guards.Findings;

namespace Bartizan.Guards.Classifiers;

/// <summary>What a classifier said of one text, or why it said nothing.</summary>
/// <param name="Score">How sure it is, from 0 to 1.</param>
/// <param name="Label">Its word for it.</param>
/// <param name="Failure">Why there is no answer; null when there is one.</param>
internal sealed record ClassifierVerdict(double Score, string Label, string? Failure)
{
    /// <summary>No answer.</summary>
    public static ClassifierVerdict Failed(string why) => new(0, "", why);

    /// <summary>True when nothing that is still to be asked could make the action pass.</summary>
    public bool Refuses(Classifier one) =>
        (
            Failure is null
                ? Score >= one.Threshold
                    ? one.Action
                    : GuardAction.Report
                : one.OnFailure
        ) == GuardAction.Block;

    /// <summary>Writes it down.</summary>
    public void Tell(Verdicts verdicts, Classifier one, Channel channel)
    {
        // INVARIANT: what wasn't judged counts as untrusted, whatever is done about it: who writes a text may choose which part isn't.
        if (channel == Channel.Untrusted && (Failure is not null || Score >= one.Threshold))
        {
            verdicts.Labels |= Labels.Untrusted;
        }

        var name = $"{one.Name}/external {(channel == Channel.User ? "user" : "untrusted")}";
        if (Failure is not null)
        {
            verdicts.Add($"{name}, no answer:", 1, 1, one.OnFailure, [Found(Failure)]);
            return;
        }

        verdicts.Add(name, Score, one.Threshold, one.Action, Label.Length == 0 ? [] : [Found(Label)]);
    }

    private static ContentFinding Found(string kind) => new("classifier", kind, 0, 0, FindingSeverity.Medium, 1);
}
