namespace Bartizan.Client.People;

/// <summary>A role and the agents that it is for.</summary>
/// <param name="Role"><c>viewer</c>, <c>approver</c>, <c>operator</c> or <c>administrator</c>.</param>
/// <param name="Agents">Names, beginnings of names (<c>support-*</c>), or <c>*</c> for all and for the instance itself.</param>
public sealed record GrantLine(string Role, IReadOnlyList<string> Agents);
