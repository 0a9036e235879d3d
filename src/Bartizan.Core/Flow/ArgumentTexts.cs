using System.Text.Json;

namespace Bartizan.Core.Flow;

/// <summary>What a call's arguments say: each text and number in them, and the names that hold them.</summary>
internal static class ArgumentTexts
{
    /// <summary>Each of them.</summary>
    /// <param name="value">The arguments.</param>
    /// <param name="names">True for every name; else for those that no tool would give an argument.</param>
    public static IEnumerable<string> Of(JsonElement value, bool names = false)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    // Names of arguments are the tool's, names of data somebody's.
                    if (names || member.Name.AsSpan().ContainsAny("@:/. "))
                    {
                        yield return member.Name;
                    }

                    foreach (var text in Of(member.Value, names))
                    {
                        yield return text;
                    }
                }

                break;
            case JsonValueKind.Array:
                foreach (var text in value.EnumerateArray().SelectMany(item => Of(item, names)))
                {
                    yield return text;
                }

                break;
            default:
                if (TextOf(value) is { } leaf)
                {
                    yield return leaf;
                }

                break;
        }
    }

    /// <summary>A value that is neither list nor object, as text; null for <c>null</c> and for nothing.</summary>
    public static string? TextOf(JsonElement leaf) =>
        leaf.ValueKind switch
        {
            JsonValueKind.String => leaf.GetString(),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => leaf.GetRawText(),
            _ => null,
        };
}
