namespace Bartizan.Client.Approvals;

/// <summary>The asks that wait, the oldest first.</summary>
/// <param name="Asks">Those that whoever asks may see.</param>
/// <param name="List">The digest of the list, for one answer to all of it.</param>
public sealed record AsksReply(IReadOnlyList<AskLine> Asks, string List);
