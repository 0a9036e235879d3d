namespace Bartizan.Guards.Training;

/// <summary>What is left of a row for learning.</summary>
internal sealed class Bag
{
    public required Row Row { get; init; }

    /// <summary>Features that are known, as places in the vocabulary.</summary>
    public required int[] Ids { get; init; }

    /// <summary>Where each step ends in <see cref="Ids"/>.</summary>
    public required int[] Steps { get; init; }

    /// <summary>How many features each step had, the unknown ones too.</summary>
    public required int[] Counts { get; init; }

    public float Weight { get; set; } = 1;
}
