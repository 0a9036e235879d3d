using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Pins;

namespace Bartizan.Core.Findings;

/// <summary>
/// Looks at what a server says of a tool, or of itself, for what is meant for the model and not for the person: every name, text and
/// value of it. Pure, and in proportion to the text's length, which has a bound.
/// </summary>
public static class DefinitionFindings
{
    /// <summary>Findings of one definition; one that has more is bad enough.</summary>
    private const int MaxFindings = 24;

    /// <summary>A name of another tool that is shorter may be a word.</summary>
    private const int LeastMentioned = 6;

    /// <summary>Looks at a tool.</summary>
    public static ImmutableArray<Finding> Of(ToolDefinition definition, KnownTools known)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(known);
        var json = definition.ToJson();
        var found = new List<Finding>(ToolNames.Find(definition.Name, known));
        var hints = Member(json, "annotations");
        if (
            ToolNames.FindLie(
                definition.Name,
                Member(hints, "readOnlyHint").ValueKind == JsonValueKind.True,
                Member(hints, "destructiveHint").ValueKind == JsonValueKind.False
            ) is
            { } lie
        )
        {
            found.Add(lie);
        }

        Look(json, "", found);
        Mentions(definition, known, found);
        return Ordered(found);
    }

    /// <summary>Looks at what a server says of a prompt, a resource or a template of resources.</summary>
    public static ImmutableArray<Finding> OfRow(JsonElement row)
    {
        var found = new List<Finding>();
        Look(row, "", found);
        return Ordered(found);
    }

    /// <summary>Looks at what a server says of itself.</summary>
    public static ImmutableArray<Finding> Of(ServerIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        var found = new List<Finding>();
        Look(JsonElement.Parse(identity.Text), "", found);
        return Ordered(found);
    }

    /// <summary>Looks at a text that gives orders by nature, such as CLAUDE.md, for what a person doesn't see in it.</summary>
    public static ImmutableArray<Finding> OfHidden(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return HiddenText.Find("", text) is { } hidden ? [hidden] : [];
    }

    private static ImmutableArray<Finding> Ordered(List<Finding> found)
    {
        // A name that poses as another server's, and words against the other: together they are one attack.
        if (found.Exists(f => f.Code == "name-of-server") && found.Exists(f => f.Code == "order-steering"))
        {
            found.Add(
                new Finding(
                    "shadowing",
                    FindingSeverity.High,
                    0.8,
                    "/name",
                    "it poses as another server's tool and speaks against that one"
                )
            );
        }

        return
        [
            .. found
                .DistinctBy(f => (f.Code, f.Place))
                .OrderByDescending(f => f.Severity)
                .ThenByDescending(f => f.Confidence)
                .Take(MaxFindings),
        ];
    }

    private static void Look(JsonElement value, string place, List<Finding> found)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                LookAt(value.GetString()!, place, found);
                break;
            case JsonValueKind.Array:
                var at = 0;
                foreach (var item in value.EnumerateArray())
                {
                    Look(item, $"{place}/{at++}", found);
                }

                break;
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    var inner = $"{place}/{Approvals.ShownText.Bounded(member.Name)}";
                    LookAt(member.Name, inner, found);
                    Look(member.Value, inner, found);
                }

                break;
            default:
                break;
        }
    }

    private static void LookAt(string text, string place, List<Finding> found)
    {
        if (found.Count >= MaxFindings * 2)
        {
            return;
        }

        if (HiddenText.Find(place, text) is { } hidden)
        {
            found.Add(hidden);
        }

        found.AddRange(InstructionText.Find(place, text));
    }

    // A tool has no business with another server's tools; one that gives orders about them meddles.
    private static void Mentions(ToolDefinition definition, KnownTools known, List<Finding> found)
    {
        if (known.Others.IsEmpty)
        {
            return;
        }

        var words = Skeleton
            .Of(definition.Text)
            .Split(
                [' ', '"', '\'', '`', '.', ',', ':', ';', '(', ')', '\\', '/', '<', '>', '[', ']', '{', '}', '?', '!'],
                StringSplitOptions.RemoveEmptyEntries
            )
            .ToHashSet(StringComparer.Ordinal);
        foreach (var (server, tool) in known.Others)
        {
            if (tool.Length < LeastMentioned || known.Own.Contains(tool) || !words.Contains(Skeleton.Of(tool)))
            {
                continue;
            }

            var orders = found.Exists(f => f.Code.StartsWith("order-", StringComparison.Ordinal));
            found.Add(
                new Finding(
                    "mentions-other",
                    orders ? FindingSeverity.High : FindingSeverity.Medium,
                    orders ? 0.8 : 0.5,
                    "",
                    $"it speaks of `{Approvals.ShownText.Bounded(tool)}`, a tool of the server `{server}`"
                        + (orders ? ", and gives orders" : "")
                )
            );
            return;
        }
    }

    private static JsonElement Member(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var found) ? found : default;
}
