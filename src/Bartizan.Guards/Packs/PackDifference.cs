using Bartizan.Guards.Findings;

namespace Bartizan.Guards.Packs;

/// <summary>A text that one pack takes for an attack and another doesn't.</summary>
/// <param name="Channel">Whose text it is.</param>
/// <param name="Was">Its score by the pack of now.</param>
/// <param name="Will">Its score by the other.</param>
/// <param name="IsFound">True when only the other finds it; false when only the pack of now does.</param>
/// <param name="Kinds">What is found, by the pack that finds it.</param>
public sealed record PackDifference(Channel Channel, double Was, double Will, bool IsFound, string Kinds);
