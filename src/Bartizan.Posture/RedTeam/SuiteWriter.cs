using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bartizan.Posture.RedTeam;

/// <summary>Writes suites, and one case as a suite of its own: a regression test.</summary>
public static class SuiteWriter
{
    private static readonly JsonSerializerOptions s_layout = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The text of a suite that plays one case.</summary>
    /// <param name="kept">The case.</param>
    /// <param name="manifest">The manifest's file, beside it.</param>
    public static string Write(RedTeamCase kept, string manifest)
    {
        ArgumentNullException.ThrowIfNull(kept);
        var (suite, task, attack, wording) = (kept.Suite, kept.Task, kept.Attack, kept.Wording);
        var called = task.Steps.Concat(attack?.Steps ?? []).Select(step => step.Name).ToHashSet(StringComparer.Ordinal);
        return Write(
            suite with
            {
                About = $"One case of `{suite.Name}`: {kept.Name}.",
                Manifest = manifest,
                Servers = suite.Servers.ToImmutableSortedDictionary(
                    server => server.Key,
                    server => server.Value.RemoveAll(tool => !called.Contains($"{server.Key}/{tool.Name}")),
                    StringComparer.Ordinal
                ),
                Tasks = [task],
                Attacks = attack is null ? [] : [attack],
                Wordings = wording is null ? [] : [wording],
            }
        );
    }

    /// <summary>A suite's text.</summary>
    public static string Write(Suite suite)
    {
        ArgumentNullException.ThrowIfNull(suite);
        var root = new JsonObject
        {
            ["suite"] = suite.Name,
            ["about"] = suite.About,
            ["manifest"] = suite.Manifest,
            ["servers"] = new JsonObject(
                suite.Servers.Select(server =>
                    KeyValuePair.Create(server.Key, (JsonNode?)new JsonArray([.. server.Value.Select(Tool)]))
                )
            ),
            ["tasks"] = new JsonArray([.. suite.Tasks.Select(Task)]),
        };
        if (!suite.Attacks.IsEmpty)
        {
            root["attacks"] = new JsonArray([.. suite.Attacks.Select(Attack)]);
        }

        if (!suite.Wordings.IsEmpty)
        {
            root["wordings"] = new JsonArray([.. suite.Wordings.Select(Wording)]);
        }

        return root.ToJsonString(s_layout) + "\n";
    }

    private static JsonNode Task(SuiteTask task) =>
        new JsonObject
        {
            ["id"] = task.Id,
            ["says"] = task.Says,
            ["steps"] = new JsonArray([.. task.Steps.Select(Step)]),
        };

    private static JsonNode Attack(SuiteAttack attack) =>
        new JsonObject
        {
            ["id"] = attack.Id,
            ["wants"] = attack.Wants,
            ["translated"] = new JsonObject(
                attack.Translated.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value))
            ),
            ["harm"] = attack.Harm,
            ["steps"] = new JsonArray([.. attack.Steps.Select(Step)]),
            ["task"] = attack.Within,
            ["covered"] = attack.Covered,
        };

    private static JsonNode Wording(Wording wording) =>
        new JsonObject
        {
            ["id"] = wording.Id,
            ["language"] = wording.Language,
            ["encoding"] = wording.Disguise.ToString(),
            ["lead"] = wording.Lead,
            ["text"] = wording.Text,
        };

    private static JsonNode Tool(SuiteTool tool) =>
        new JsonObject
        {
            ["tool"] = tool.Name,
            ["description"] = tool.Description,
            ["arguments"] = tool.Arguments.DeepClone(),
            ["returns"] = tool.Returns.DeepClone(),
        };

    private static JsonNode Step(SuiteStep step)
    {
        var written = new JsonObject { ["call"] = step.Name, ["with"] = step.With.DeepClone() };
        if (step.Returns is { } returns)
        {
            written["returns"] = returns.DeepClone();
        }

        return written;
    }
}
