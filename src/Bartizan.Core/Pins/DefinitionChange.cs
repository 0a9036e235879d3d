using System.Text.Json;

namespace Bartizan.Core.Pins;

/// <summary>One place in which two definitions differ.</summary>
/// <param name="Place">Where: a JSON pointer.</param>
/// <param name="Before">The old value as text; null when there was none.</param>
/// <param name="After">The new value as text; null when there is none.</param>
public sealed record DefinitionChange(string Place, string? Before, string? After)
{
    /// <summary>Differences that are told one by one; the last tells that there are more.</summary>
    public const int MaxChanges = 200;

    /// <summary>What differs between two canonical texts; an empty one is nothing at all.</summary>
    public static IReadOnlyList<DefinitionChange> Between(string before, string after)
    {
        var changes = new List<DefinitionChange>();
        Compare(Parse(before), Parse(after), "", changes);
        if (changes.Count > MaxChanges)
        {
            changes.RemoveRange(MaxChanges, changes.Count - MaxChanges);
            changes.Add(new DefinitionChange("…", null, "there are more differences than are shown"));
        }

        return changes;
    }

    /// <summary>The members of a definition's first level that differ, for one sentence.</summary>
    public static IReadOnlyList<string> MembersOf(string before, string after)
    {
        var (one, other) = (Parse(before), Parse(after));
        return
        [
            .. Names(one)
                .Union(Names(other), StringComparer.Ordinal)
                .Where(name => Text(Member(one, name)) != Text(Member(other, name)))
                .Order(StringComparer.Ordinal),
        ];
    }

    private static void Compare(JsonElement before, JsonElement after, string place, List<DefinitionChange> changes)
    {
        if (changes.Count > MaxChanges || Text(before) == Text(after))
        {
            return;
        }

        if (before.ValueKind == JsonValueKind.Object && after.ValueKind == JsonValueKind.Object)
        {
            foreach (
                var name in Names(before).Union(Names(after), StringComparer.Ordinal).Order(StringComparer.Ordinal)
            )
            {
                var step = name.Replace("~", "~0", StringComparison.Ordinal)
                    .Replace("/", "~1", StringComparison.Ordinal);
                Compare(Member(before, name), Member(after, name), $"{place}/{step}", changes);
            }

            return;
        }

        changes.Add(new DefinitionChange(place, Shown(before), Shown(after)));
    }

    private static JsonElement Parse(string text) => text.Length == 0 ? default : JsonElement.Parse(text);

    private static IEnumerable<string> Names(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object ? value.EnumerateObject().Select(member => member.Name) : [];

    private static JsonElement Member(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var found) ? found : default;

    private static string Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.Undefined ? "" : value.GetRawText();

    private static string? Shown(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Undefined => null,
            JsonValueKind.String => value.GetString(),
            _ => value.GetRawText(),
        };
}
