using System.Buffers;

namespace Bartizan.Records.Export.Sinks;

/// <summary>A receiver of entries. It is told what to send and says how it ended; order, retries and the cursor aren't its.</summary>
public interface ISink : IAsyncDisposable
{
    /// <summary>How much it takes at once.</summary>
    SinkBounds Bounds { get; }

    /// <summary>
    /// True when its protocol has no acknowledgement, so that a batch counts as taken only when the next one was written to the
    /// same connection, or the connection held for a while after it.
    /// </summary>
    bool ConfirmsLate { get; }

    /// <summary>Writes one entry as it is sent.</summary>
    void Write(ExportedEntry entry, IBufferWriter<byte> output);

    /// <summary>Sends a batch, oldest entry first; never empty. What it throws is taken for "later".</summary>
    Task<SinkAnswer> SendAsync(IReadOnlyList<SinkItem> batch, CancellationToken cancellationToken);

    /// <summary>True while what was sent before can't have been lost on the way; asked when there is nothing to send.</summary>
    bool IsHolding();
}
