namespace Bartizan.Client.Approvals;

/// <summary>The asks that wait, the oldest first.</summary>
/// <param name="Asks">Those that whoever asks may see.</param>
public sealed record AsksReply(IReadOnlyList<AskLine> Asks);
