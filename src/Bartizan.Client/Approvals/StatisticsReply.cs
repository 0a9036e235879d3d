namespace Bartizan.Client.Approvals;

/// <summary>How people answered since the instance started.</summary>
/// <param name="People">Each person's numbers.</param>
public sealed record StatisticsReply(IReadOnlyList<PersonLine> People);
