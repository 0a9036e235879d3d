using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bartizan.Posture.RedTeam;

/// <summary>Writes one case as a suite of its own: a regression test.</summary>
public static class SuiteWriter
{
    private static readonly JsonSerializerOptions s_layout = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The suite's text.</summary>
    /// <param name="kept">The case.</param>
    /// <param name="manifest">The manifest's file, beside it.</param>
    public static string Write(RedTeamCase kept, string manifest)
    {
        ArgumentNullException.ThrowIfNull(kept);
        var (suite, task, attack, wording) = (kept.Suite, kept.Task, kept.Attack, kept.Wording);
        var called = task.Steps.Concat(attack?.Steps ?? []).Select(step => step.Name).ToHashSet(StringComparer.Ordinal);
        var servers = new JsonObject();
        foreach (var (server, tools) in suite.Servers)
        {
            servers[server] = new JsonArray([
                .. tools.Where(tool => called.Contains($"{server}/{tool.Name}")).Select(Tool),
            ]);
        }

        var root = new JsonObject
        {
            ["suite"] = suite.Name,
            ["about"] = $"One case of `{suite.Name}`: {kept.Name}.",
            ["manifest"] = manifest,
            ["servers"] = servers,
            ["tasks"] = new JsonArray(
                new JsonObject
                {
                    ["id"] = task.Id,
                    ["says"] = task.Says,
                    ["steps"] = new JsonArray([.. task.Steps.Select(Step)]),
                }
            ),
        };
        if (attack is not null)
        {
            root["attacks"] = new JsonArray(
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
                }
            );
            root["wordings"] = new JsonArray(
                new JsonObject
                {
                    ["id"] = wording!.Id,
                    ["language"] = wording.Language,
                    ["encoding"] = wording.Disguise.ToString(),
                    ["lead"] = wording.Lead,
                    ["text"] = wording.Text,
                }
            );
        }

        return root.ToJsonString(s_layout) + "\n";
    }

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
