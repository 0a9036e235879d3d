namespace Bartizan.Records.Entries;

/// <summary>What the journal adds to an entry.</summary>
/// <param name="Time">Wall time.</param>
/// <param name="Sequence">Counts every entry of the emitter, without a gap: what is dropped on the way to the log is missed.</param>
/// <param name="Emitter">The instance.</param>
/// <param name="Previous">Index of the session's entry before; null for its first.</param>
public readonly record struct EntryStamp(DateTimeOffset Time, long Sequence, string Emitter, long? Previous);
