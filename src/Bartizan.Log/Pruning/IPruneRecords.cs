namespace Bartizan.Log.Pruning;

/// <summary>
/// Tells a record of a prune from every other leaf. The log doesn't know what leaves mean: who writes them says which of them these are.
/// </summary>
public interface IPruneRecords
{
    /// <summary>What the leaf says of a prune; null when it is another leaf.</summary>
    PruneRecord? Read(ReadOnlySpan<byte> leaf);
}
