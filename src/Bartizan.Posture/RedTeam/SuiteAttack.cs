using System.Collections.Immutable;

namespace Bartizan.Posture.RedTeam;

/// <summary>Something that an attacker wants done, and the calls of a model that obeys.</summary>
/// <param name="Id">Its name within the suite.</param>
/// <param name="Wants">The order, in English.</param>
/// <param name="Translated">The same in other languages, by their codes.</param>
/// <param name="Harm">What kind of harm it is.</param>
/// <param name="Steps">The calls; the last one is the harm.</param>
/// <param name="Within">The task that it makes sense in, because its values are that task's; null for every one.</param>
/// <param name="Covered">False when the manifest doesn't say that the last call is consequential: nothing is promised then.</param>
public sealed record SuiteAttack(
    string Id,
    string Wants,
    ImmutableSortedDictionary<string, string> Translated,
    string Harm,
    ImmutableArray<SuiteStep> Steps,
    string? Within,
    bool Covered
);
