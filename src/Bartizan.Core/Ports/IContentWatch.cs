namespace Bartizan.Core.Ports;

/// <summary>
/// A guard that reads an answer as it streams. It may hold back a little of it, so that what is cut into pieces is still seen whole.
/// Used by one passage, one call at a time.
/// </summary>
public interface IContentWatch
{
    /// <summary>What each guard came to so far, for the record.</summary>
    string? Verdicts { get; }

    /// <summary>Memory that it takes for what it holds back now.</summary>
    long HeldBytes { get; }

    /// <summary>Takes the next piece; what may pass on now, or null when nothing more may.</summary>
    /// <param name="piece">The piece; not kept.</param>
    /// <param name="isLast">The answer is over: what is held back passes, or doesn't.</param>
    ReadOnlyMemory<byte>? Take(ReadOnlySpan<byte> piece, bool isLast);
}
