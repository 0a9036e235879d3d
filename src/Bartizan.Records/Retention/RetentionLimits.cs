namespace Bartizan.Records.Retention;

/// <summary>How far retention may go, whatever is due.</summary>
/// <param name="Size">Durable entries.</param>
/// <param name="Prunable">Where pruning has to end at the latest: whole bundles under a published, or witnessed, checkpoint.</param>
/// <param name="Exported">Entries that every sink has had.</param>
/// <param name="Slowest">The sink that is furthest behind, in words.</param>
internal sealed record RetentionLimits(long Size, long Prunable, long Exported, string Slowest);
