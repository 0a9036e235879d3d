namespace Bartizan.Log.Witnessing;

/// <summary>How one witness is.</summary>
/// <param name="Name">Its name in the policy.</param>
/// <param name="Key">Its key's name.</param>
/// <param name="Size">The size of the last tree that it cosigned for this process; 0 for none.</param>
/// <param name="Problem">What was wrong last time; null when it cosigned.</param>
/// <param name="Contradicts">True when it says that it has seen another tree of this log, or a larger one.</param>
public sealed record WitnessStanding(string Name, string Key, long Size, string? Problem, bool Contradicts);
