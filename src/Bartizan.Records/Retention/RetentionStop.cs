namespace Bartizan.Records.Retention;

/// <summary>The first entry that stays, and why: nothing behind it is pruned either.</summary>
/// <param name="Index">The entry.</param>
/// <param name="Reason">Why.</param>
/// <param name="Text">The same in a sentence.</param>
public sealed record RetentionStop(long Index, KeptReason Reason, string Text);
