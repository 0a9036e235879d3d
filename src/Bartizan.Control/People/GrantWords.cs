using System.Collections.Immutable;

namespace Bartizan.Control.People;

/// <summary>
/// What somebody was given, in words. INVARIANT: the short form says each role with how wide it is, the broadest first, whatever else is
/// given: no length of a list hides the one that matters.
/// </summary>
internal static class GrantWords
{
    private const string None = "no role";

    /// <summary>Each grant.</summary>
    public static string Of(ImmutableArray<Grant> grants) =>
        grants.IsEmpty ? None : string.Join("; ", grants.OrderByDescending(one => (one.Role, one.IsOfAll)));

    /// <summary>Each role once: <c>administrator *, viewer (3 agents)</c>.</summary>
    public static string Brief(ImmutableArray<Grant> grants) =>
        grants.IsEmpty
            ? None
            : string.Join(
                ", ",
                grants
                    .GroupBy(one => one.Role)
                    .OrderByDescending(role => role.Key)
                    .Select(role => $"{role.Key.ToString().ToLowerInvariant()} {Reach([.. role])}")
            );

    private static string Reach(ImmutableArray<Grant> ofRole)
    {
        if (ofRole.Any(one => one.IsOfAll))
        {
            return "*";
        }

        var names = ofRole.SelectMany(one => one.Agents).Distinct(StringComparer.Ordinal).ToLookup(IsBeginning);
        var (agents, beginnings) = (names[false].Count(), names[true].Count());
        return beginnings == 0 ? $"({agents} agents)"
            : agents == 0 ? $"({beginnings} beginnings of names)"
            : $"({agents} agents, {beginnings} beginnings of names)";
    }

    private static bool IsBeginning(string agent) => agent.EndsWith('*');
}
