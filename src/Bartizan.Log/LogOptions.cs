using Bartizan.Log.Checkpoints;
using Bartizan.Log.Disks;
using Bartizan.Log.Pruning;

namespace Bartizan.Log;

/// <summary>How a log is kept. Every default has its reason beside it.</summary>
public sealed record LogOptions
{
    /// <summary>C2SP tlog-tiles: an entry's length is 16 bits.</summary>
    public const int MaxLeafBytes = 65_535;

    /// <summary>
    /// Where the signing key (0600) and the second copy of the last checkpoint are kept; <c>keys</c> in the log's
    /// directory if null.
    /// </summary>
    public string? KeyDirectory { get; init; }

    /// <summary>The log's name in checkpoints, used when the log is made; a random one if null. No spaces, no <c>+</c>.</summary>
    public string? Origin { get; init; }

    /// <summary>A store that is synced with each commit.</summary>
    public ILogCompanion? Companion { get; init; }

    /// <summary>The disk.</summary>
    public ILogDisk Disk { get; init; } = SystemDisk.Instance;

    /// <summary>Which cosignatures make an entry witnessed; with none set, none is.</summary>
    public ICosignaturePolicy? Cosignatures { get; init; }

    /// <summary>Which leaves record prunes.</summary>
    public IPruneRecords PruneRecords { get; init; } = PlainPruneRecords.Instance;

    /// <summary>One second, as the witnesses of C2SP expect at most: what a thief of the disk can cut off unseen is one second.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How often durable entries are read back and hashed into the tiles: as often as they are signed. Ten times as often, in
    /// smaller steps, got into the way of more commits (measured).
    /// </summary>
    public TimeSpan IntegrateEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a closed segment stays beside the bundles that hold its entries too. The system writes files back after 30
    /// seconds by itself: then syncing them costs nothing that commits wait for.
    /// </summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Opening reads one segment; 64 MiB take about 0.2 s.</summary>
    public long SegmentBytes { get; init; } = 64L << 20;

    /// <summary>Entries in one commit: above this, waiting longer gains no throughput (measured).</summary>
    public int MaxCommitEntries { get; init; } = 4096;

    /// <summary>Bytes in one commit: one write of this size costs a few milliseconds.</summary>
    public int MaxCommitBytes { get; init; } = 4 << 20;

    /// <summary>Entries that may wait; above it callers wait to get in line.</summary>
    public int MaxQueuedEntries { get; init; } = 16_384;

    /// <summary>Bytes that may wait, payloads included; above it callers wait to get in line.</summary>
    public long MaxQueuedBytes { get; init; } = 64L << 20;

    /// <summary>
    /// How long entries that nobody waits for may lie before they cost a sync of their own. An entry that somebody waits for
    /// takes them along at once.
    /// </summary>
    public TimeSpan PostLinger { get; init; } = TimeSpan.FromMilliseconds(20);
}
