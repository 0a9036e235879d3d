using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Bartizan.Core.Manifests;

namespace Bartizan.Posture.Imports;

/// <summary>
/// Writes imported rules as a manifest that loads: each rule with where it comes from, each trap as a comment above it. What
/// can't be said here stays as a comment; nothing is granted that was not allowed there.
/// </summary>
public static class ImportedManifest
{
    private const int MaxShown = 160;

    /// <summary>The manifest's text.</summary>
    /// <param name="client">Whose rules: <c>claude-code</c> or <c>codex</c>.</param>
    /// <param name="file">The file's name.</param>
    /// <param name="owner">Who answers for the agent.</param>
    /// <param name="imported">The rules.</param>
    public static string Write(string client, string file, string owner, ImmutableArray<ImportedRule> imported)
    {
        var left = new Dictionary<string, string>(StringComparer.Ordinal);
        while (true)
        {
            var (text, lines) = Write(client, file, owner, imported, left);
            var load = ManifestLoader.Load(text, "agent.yaml", _ => null);
            var wrong = load
                .Errors.Select(e => (Rule: lines.GetValueOrDefault(e.Position.Line), e.Message))
                .Where(e => e.Rule is not null && !left.ContainsKey(e.Rule))
                .ToList();
            if (wrong.Count == 0)
            {
                return text;
            }

            foreach (var (rule, message) in wrong)
            {
                left.TryAdd(rule!, message);
            }
        }
    }

    private static (string Text, Dictionary<int, string> Lines) Write(
        string client,
        string file,
        string owner,
        ImmutableArray<ImportedRule> imported,
        Dictionary<string, string> left
    )
    {
        var lines = new List<string>
        {
            $"# Imported by `bartizan import {client}` from {Plain(file)}. Read each line: a comment above a rule is a trap of the original.",
            "# What this file doesn't say is denied. `bartizan check` says where each rule is enforced.",
            "apiVersion: bartizan/v1",
            $"agent: imported-{client}",
            "version: 1",
            $"owner: {Quoted(owner)}",
            $"description: Rules imported from {client}.",
            "environment: development",
            "extends: floor",
            "run:",
            $"  command: [{(client == "codex" ? "codex" : "claude")}]",
            $"  client: {client}",
            "  workspace: { path: ., mode: staged }",
            "rules:",
            "  # Its built-in tools read and change the workspace; here that needs rules. Its changes are staged: a person applies them.",
        };
        var places = new Dictionary<int, string>();
        var written = new HashSet<string>(StringComparer.Ordinal);
        Put("allow: read workspace/**", "The code it works on.");
        Put("allow: write workspace/**", "Its changes are staged; a person applies them.");
        foreach (var one in imported)
        {
            lines.Add("");
            lines.Add($"  # from: {Plain(one.Source)}");
            foreach (var warning in one.Warnings)
            {
                lines.Add($"  # warning: {Plain(warning)}");
            }

            foreach (var rule in one.Rules)
            {
                if (left.TryGetValue(rule, out var why))
                {
                    lines.Add($"  # left out: {Plain(rule)} ({Plain(why)})");
                }
                else
                {
                    Put(rule, $"Imported from {client}: {one.Source}");
                }
            }
        }

        return (string.Join('\n', lines) + "\n", places);

        void Put(string rule, string why)
        {
            if (!written.Add(rule))
            {
                lines.Add($"  # stands above: {Plain(rule)}");
                return;
            }

            var colon = rule.IndexOf(':', StringComparison.Ordinal);
            lines.Add($"  - {rule[..colon]}: {Quoted(rule[(colon + 2)..])}");
            places[lines.Count] = rule;
            lines.Add($"    why: {Quoted(why)}");
            places[lines.Count] = rule;
        }
    }

    // A text of the other file within a comment: one line, nothing that moves a terminal or ends the comment.
    private static string Plain(string text)
    {
        var plain = new StringBuilder();
        foreach (var c in text.Length > MaxShown ? string.Concat(text.AsSpan(0, MaxShown), "…") : text)
        {
            var hidden =
                char.IsControl(c)
                || char.IsSurrogate(c)
                || char.GetUnicodeCategory(c)
                    is UnicodeCategory.Format
                        or UnicodeCategory.LineSeparator
                        or UnicodeCategory.ParagraphSeparator;
            plain.Append(hidden ? '?' : c);
        }

        return plain.ToString();
    }

    private static string Quoted(string text) =>
        $"\"{Plain(text).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
