using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Guards.Classifiers;

/// <summary>What a classifier said of one text, or why it said nothing.</summary>
/// <param name="Score">How sure it is, from 0 to 1.</param>
/// <param name="Label">Its word for it.</param>
/// <param name="Failure">Why there is no answer; null when there is one.</param>
internal sealed record ClassifierVerdict(double Score, string Label, string? Failure)
{
    /// <summary>Where it found it, in what it was asked about.</summary>
    public ImmutableArray<(int Start, int End)> Spans { get; init; } = [];

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

    /// <summary>True when it found something.</summary>
    public bool IsOver(Classifier one) => Failure is null && Score >= one.Threshold;
}
