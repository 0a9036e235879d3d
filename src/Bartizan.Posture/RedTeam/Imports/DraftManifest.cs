using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bartizan.Posture.RedTeam.Imports;

/// <summary>
/// The manifest beside an imported suite: every tool allowed, the tools that a stranger's text is read from untrusted, and the tools
/// that attacks
/// end with consequential. A draft that a person reads: which arguments are targets is guessed.
/// </summary>
internal static class DraftManifest
{
    /// <summary>Longer values are texts, not whom or what an action hits.</summary>
    private const int MaxTarget = 80;

    /// <summary>Blanks in the name of somebody or something.</summary>
    private const int MaxBlanks = 3;

    /// <summary>Writes it.</summary>
    public static string Write(Suite suite)
    {
        var steps = suite.Tasks.SelectMany(task => task.Steps).Concat(suite.Attacks.SelectMany(a => a.Steps)).ToList();
        var read = suite
            .Tasks.SelectMany(task => task.Steps)
            .Where(step => step.Returns?.ToJsonString().Contains(Suite.Marker, StringComparison.Ordinal) == true)
            .Select(step => step.Name)
            .Distinct()
            .Order(StringComparer.Ordinal);
        var hit = suite.Attacks.Select(attack => attack.Steps[^1].Name).Distinct().Order(StringComparer.Ordinal);
        var written = new StringBuilder(
            $$"""
            # A draft, written with the suite beside it. Which arguments are targets is guessed:
            # read `consequential` before you believe a result.
            apiVersion: bartizan/v1
            agent: {{Quoted(suite.Name)}}
            version: 1
            owner: red-team@example.com
            description: {{Quoted(suite.About)}}
            environment: development

            models:
              stage: { api: anthropic, url: "http://127.0.0.1:9" }

            servers:

            """
        );
        foreach (var server in suite.Servers.Keys)
        {
            written.Append($"  {Quoted(server)}: {{ url: \"http://127.0.0.1:9/{Uri.EscapeDataString(server)}\" }}\n");
        }

        written.Append("\nrules:\n  - allow: model stage/**\n    why: The model that reads and decides.\n");
        foreach (var server in suite.Servers.Keys)
        {
            written.Append($"  - allow: {Quoted($"tool {server}/*")}\n    why: The suite calls its tools.\n");
        }

        written.Append("\nguards:\n  input: { injection: report, hidden_text: report }\n\ntrust:\n  untrusted:\n");
        foreach (var name in read)
        {
            written.Append($"    - {Quoted($"tool {name}")}\n");
        }

        written.Append("  consequential:\n");
        foreach (var name in hit)
        {
            var targets = TargetsOf(steps.Where(step => step.Name == name));
            var named = targets.IsEmpty ? "" : $", targets: [{string.Join(", ", targets.Select(Quoted))}]";
            written.Append($"    - {{ tool: {Quoted(name)}{named} }}\n");
        }

        return written.ToString();
    }

    // What in each call is short enough for a name, an address or a number.
    private static ImmutableArray<string> TargetsOf(IEnumerable<SuiteStep> calls) =>
        [
            .. calls
                .SelectMany(call => call.With)
                .GroupBy(argument => argument.Key, StringComparer.Ordinal)
                .Where(argument => argument.All(one => Names(one.Value)))
                .Select(argument => argument.Key)
                .Order(StringComparer.Ordinal),
        ];

    private static bool Names(JsonNode? value) =>
        value switch
        {
            null => true,
            JsonArray list => list.All(Names),
            JsonValue one when one.TryGetValue<string>(out var text) => text.Length <= MaxTarget
                && text.Count(' ') <= MaxBlanks,
            JsonValue one => one.GetValueKind() is JsonValueKind.Number,
            _ => false,
        };

    // JSON's texts are YAML's.
    private static string Quoted(string text) => JsonSerializer.Serialize(text);
}
