namespace Bartizan.Records.Export.Sinks;

/// <summary>How much a sink takes at once; the memory that it holds is bounded by it.</summary>
/// <param name="MaxEntries">Entries of one batch.</param>
/// <param name="MaxBytes">Bytes of one batch as written; one entry alone may be longer.</param>
public sealed record SinkBounds(int MaxEntries, int MaxBytes);
