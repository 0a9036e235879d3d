namespace Bartizan.Client.Records;

/// <summary>A page of the log.</summary>
/// <param name="Rows">Its entries, in the order of the log.</param>
/// <param name="End">
/// The index behind the last entry that was looked at, for who sees some agents only of those given out: where whoever follows goes on.
/// </param>
/// <param name="Older">True when there are, or may be, more before the first.</param>
/// <param name="Newer">True when there are, or may be, more behind the last.</param>
public sealed record LogReply(IReadOnlyList<LogRow> Rows, long End, bool Older, bool Newer);
