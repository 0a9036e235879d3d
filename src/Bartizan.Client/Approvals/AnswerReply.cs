namespace Bartizan.Client.Approvals;

/// <summary>What came of an answer.</summary>
/// <param name="Decided">True when the ask is over; false while more people are needed.</param>
/// <param name="Says">A sentence for people.</param>
public sealed record AnswerReply(bool Decided, string Says);
