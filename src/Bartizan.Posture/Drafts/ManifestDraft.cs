using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Bartizan.Posture.Inventory;

namespace Bartizan.Posture.Drafts;

/// <summary>
/// Drafts a manifest from what is on a machine: deny by default, on the floor that ships with the product. A person reads
/// it before it is worth anything.
/// </summary>
public static class ManifestDraft
{
    /// <summary>The servers that <see cref="Write"/> drafts, by name.</summary>
    public static ImmutableArray<string> Servers(Exposure exposure)
    {
        ArgumentNullException.ThrowIfNull(exposure);
        return [.. new ServerDraft(exposure.Servers).Names];
    }

    /// <summary>The manifest's text.</summary>
    /// <param name="exposure">What was found.</param>
    /// <param name="folderName">Names the agent.</param>
    /// <param name="owner">Who answers for it.</param>
    public static string Write(Exposure exposure, string folderName, string owner)
    {
        ArgumentNullException.ThrowIfNull(exposure);
        var agent = exposure.Agents.FirstOrDefault();
        var client = agent?.Client ?? "claude-code";
        var openai = client == "codex";
        var text = new StringBuilder();
        text.AppendLine("# yaml-language-server: $schema=./agent.schema.json");
        text.AppendLine(
            "# Drafted by `bartizan init`. What it doesn't say is denied; `bartizan check` explains each line."
        );
        text.AppendLine("apiVersion: bartizan/v1");
        text.AppendLine(CultureInfo.InvariantCulture, $"agent: {Name(folderName)}");
        text.AppendLine("version: 1");
        text.AppendLine(CultureInfo.InvariantCulture, $"owner: {owner}");
        text.AppendLine("description: Works on the code in this folder.");
        text.AppendLine("environment: development");
        text.AppendLine("extends: floor");
        text.AppendLine();
        text.AppendLine("run:");
        text.AppendLine(CultureInfo.InvariantCulture, $"  command: [{agent?.Program ?? "claude"}]");
        text.AppendLine(CultureInfo.InvariantCulture, $"  client: {client}");
        text.AppendLine("  workspace: { path: ., mode: staged }");
        text.AppendLine("  limits: { cpu: 2, memory: 4GiB, processes: 512, disk: 2GiB, wall_clock: 8h }");
        text.AppendLine();
        text.AppendLine("models:");
        text.AppendLine(
            openai
                ? "  openai: { api: openai, url: \"https://api.openai.com\", with: openai-key }"
                : "  anthropic: { api: anthropic, url: \"https://api.anthropic.com\", with: anthropic-key }"
        );
        text.AppendLine();
        var servers = new ServerDraft(exposure.Servers);
        servers.WriteServers(text);
        text.AppendLine("rules:");
        Rule(
            text,
            openai ? "allow: model openai/gpt-*" : "allow: model anthropic/claude-*",
            "The agent thinks with it."
        );
        Rule(text, "allow: read workspace/**", "The code it works on.");
        Rule(text, "deny: read **/{.env,.env.*,id_*,*.pem,*.pfx}", "Credentials never enter the model's context.");
        Rule(text, "allow: write workspace/**", "Its changes are staged; a person applies them.");
        Rule(
            text,
            "deny: write workspace/{.git,.github,.husky}/**",
            "Hooks and pipelines run with other people's rights."
        );
        servers.WriteRules(text);
        text.AppendLine();
        text.AppendLine("credentials:");
        text.AppendLine(
            openai ? "  openai-key: { from: env:OPENAI_API_KEY }" : "  anthropic-key: { from: env:ANTHROPIC_API_KEY }"
        );
        servers.WriteCredentials(text);
        return text.ToString();
    }

    private static void Rule(StringBuilder text, string rule, string why) =>
        text.AppendLine(CultureInfo.InvariantCulture, $"  - {rule}")
            .AppendLine(CultureInfo.InvariantCulture, $"    why: {why}");

    private static string Name(string folder)
    {
        var name = new string([.. folder.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim(
            '-'
        );
        return name.Length == 0 || !char.IsAsciiLetter(name[0]) ? $"agent-{name}".TrimEnd('-') : name;
    }
}
