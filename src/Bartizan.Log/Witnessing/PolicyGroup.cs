using System.Collections.Immutable;

namespace Bartizan.Log.Witnessing;

/// <summary>A group of witnesses, or of groups: it has witnessed what at least <paramref name="Least"/> of its members have.</summary>
/// <param name="Name">Its name within the policy.</param>
/// <param name="Least">How many, 1 to the number of members.</param>
/// <param name="Members">Names defined on lines before.</param>
public sealed record PolicyGroup(string Name, int Least, ImmutableArray<string> Members);
