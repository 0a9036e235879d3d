namespace Bartizan.Records.Retention;

/// <summary>What was done.</summary>
/// <param name="Sessions">Sessions whose payloads were destroyed.</param>
/// <param name="Payloads">Payloads that were destroyed.</param>
/// <param name="Pruned">Entries that were pruned.</param>
/// <param name="Archive">The archive that holds them; null when none were.</param>
/// <param name="Waits">Why a prune that is recorded isn't finished yet; null when it is.</param>
public sealed record RetentionOutcome(int Sessions, long Payloads, long Pruned, string? Archive, string? Waits);
