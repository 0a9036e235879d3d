namespace Bartizan.Client.Pins;

/// <summary>What the servers of a manifest say now.</summary>
/// <param name="Servers">One after the other.</param>
public sealed record SurveyReply(IReadOnlyList<SurveyedServer> Servers);
