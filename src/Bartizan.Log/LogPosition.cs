namespace Bartizan.Log;

/// <summary>Where an entry stands in the log.</summary>
/// <param name="Index">Its index; the first entry has 0.</param>
public readonly record struct LogPosition(long Index);
