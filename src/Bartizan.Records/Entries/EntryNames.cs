using System.Collections.Frozen;

namespace Bartizan.Records.Entries;

/// <summary>Members of a closed choice as leaves and queries spell them: lower case.</summary>
internal static class EntryNames<T>
    where T : struct, Enum
{
    private static readonly FrozenDictionary<T, string> s_texts = Enum.GetValues<T>()
        .ToFrozenDictionary(value => value, value => value.ToString().ToLowerInvariant());

    private static readonly FrozenDictionary<string, T> s_values = Enum.GetValues<T>()
        .ToFrozenDictionary(value => value.ToString().ToLowerInvariant(), value => value, StringComparer.Ordinal);

    public static IEnumerable<string> All => s_values.Keys.Order(StringComparer.Ordinal);

    /// <summary>What can be asked for: a member that means nothing, and one that no entry spells, can't.</summary>
    public static IEnumerable<string> Asked => All.Where(name => name is not ("none" or "unknown") || IsMeant(name));

    public static string Of(T value) => s_texts[value];

    public static bool TryParse(string? text, out T value) => s_values.TryGetValue(text ?? "", out value);

    // An outcome can be unknown; everywhere else zero is no member.
    private static bool IsMeant(string name) => Convert.ToInt64(s_values[name], null) != 0;
}
