namespace Bartizan.Client.Approvals;

/// <summary>How many asks wait.</summary>
/// <param name="Count">Of those that whoever asks may see.</param>
public sealed record WaitingReply(int Count);
