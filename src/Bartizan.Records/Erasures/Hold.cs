namespace Bartizan.Records.Erasures;

/// <summary>A legal hold: while it stands, nothing in its scope is erased, by anybody or by age.</summary>
/// <param name="Index">The entry that says so.</param>
/// <param name="Scope">What is held.</param>
/// <param name="By">Who asked for it.</param>
/// <param name="Why">Why.</param>
/// <param name="Since">Since when.</param>
public sealed record Hold(long Index, RecordScope Scope, string By, string Why, DateTimeOffset Since);
