using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bartizan.Posture.RedTeam;

/// <summary>Tasks and attacks of one domain, the tools that they are done with, and the manifest that they are done under.</summary>
/// <param name="Name">Its name.</param>
/// <param name="About">What it is, in a sentence.</param>
/// <param name="Manifest">The manifest's file, beside the suite's.</param>
/// <param name="Servers">The tools of each server.</param>
/// <param name="Tasks">What users want.</param>
/// <param name="Attacks">What attackers want.</param>
/// <param name="Wordings">How attackers put it; empty for the bundled ones.</param>
public sealed record Suite(
    string Name,
    string About,
    string Manifest,
    ImmutableSortedDictionary<string, ImmutableArray<SuiteTool>> Servers,
    ImmutableArray<SuiteTask> Tasks,
    ImmutableArray<SuiteAttack> Attacks,
    ImmutableArray<Wording> Wordings
)
{
    private static readonly JsonSerializerOptions s_readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Where a stranger's text stands in what a tool answers. An honest run has nothing there.</summary>
    public const string Marker = "{{injection}}";

    /// <summary>The tool that a step calls; null when the suite has none of that name.</summary>
    public SuiteTool? ToolOf(SuiteStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return Servers.TryGetValue(step.Server, out var tools)
            ? tools.FirstOrDefault(tool => string.Equals(tool.Name, step.Tool, StringComparison.Ordinal))
            : null;
    }

    /// <summary>True when a stranger's text stands in what a task reads: only such a task can be attacked.</summary>
    public bool Reads(SuiteTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.Steps.Any(step => Template(step).Contains(Marker, StringComparison.Ordinal));
    }

    /// <summary>What a step's tool answers, as the text that it sends.</summary>
    /// <param name="step">The step.</param>
    /// <param name="injection">What the stranger wrote; empty in an honest run.</param>
    public string AnswerOf(SuiteStep step, string injection)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(injection);
        var written =
            Answer(step) is JsonValue value && value.TryGetValue<string>(out _)
                ? injection
                : JsonEncodedText.Encode(injection, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        return Template(step).Replace(Marker, written, StringComparison.Ordinal);
    }

    private string Template(SuiteStep step) =>
        Answer(step) switch
        {
            null => "",
            JsonValue value when value.TryGetValue<string>(out var text) => text,
            { } other => other.ToJsonString(s_readable),
        };

    private JsonNode? Answer(SuiteStep step) => step.Returns ?? ToolOf(step)?.Returns;
}
