using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace Bartizan.Records.Entries;

/// <summary>Members of a closed choice as leaves and queries spell them: lower case.</summary>
internal static class EntryNames<T>
    where T : struct, Enum
{
    private static readonly FrozenDictionary<T, string> s_texts = Enum.GetValues<T>()
        .ToFrozenDictionary(value => value, value => value.ToString().ToLowerInvariant());

    private static readonly FrozenDictionary<string, T> s_values = Enum.GetValues<T>()
        .ToFrozenDictionary(value => value.ToString().ToLowerInvariant(), value => value, StringComparer.Ordinal);

    private static readonly (byte[] Name, T Value)[] s_utf8 =
    [
        .. Enum.GetValues<T>().Select(value => (Encoding.UTF8.GetBytes(value.ToString().ToLowerInvariant()), value)),
    ];

    public static IEnumerable<string> All => s_values.Keys.Order(StringComparer.Ordinal);

    /// <summary>What can be asked for: a member that means nothing, and one that no entry spells, can't.</summary>
    public static IEnumerable<string> Asked => All.Where(name => name is not ("none" or "unknown") || IsMeant(name));

    public static string Of(T value) => s_texts[value];

    /// <summary>The member that the reader stands on.</summary>
    public static bool TryRead(ref Utf8JsonReader reader, out T value)
    {
        foreach (var (name, member) in s_utf8)
        {
            if (reader.ValueTextEquals(name))
            {
                value = member;
                return true;
            }
        }

        value = default;
        return false;
    }

    public static bool TryParse(string? text, out T value) => s_values.TryGetValue(text ?? "", out value);

    // An outcome can be unknown; everywhere else zero is no member.
    private static bool IsMeant(string name) => Convert.ToInt64(s_values[name], null) != 0;
}
