namespace Bartizan.Records.Timelines;

/// <summary>A file that a session changed, as the entry that applied it says.</summary>
/// <param name="Kind">What became of it: added, changed, removed…</param>
/// <param name="Path">Its path in the workspace.</param>
/// <param name="Before">The digest of what it was; empty for none.</param>
/// <param name="After">The digest of what it is; empty for none.</param>
public sealed record TimelineFile(string Kind, string Path, string Before, string After);
