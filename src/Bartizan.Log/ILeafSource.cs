namespace Bartizan.Log;

/// <summary>A leaf that is written once its index is known: it can hold its own place, and links to leaves before it.</summary>
public interface ILeafSource
{
    /// <summary>How much memory it holds until it is written, for the queue's bound.</summary>
    int EstimatedBytes { get; }

    /// <summary>
    /// Writes the leaf and returns its length (1 to 65,535). Called once, by the log's one writer, in the order of the
    /// indexes. If it throws, its append fails, and the index goes to the next leaf.
    /// </summary>
    int Write(long index, Span<byte> leaf);
}
