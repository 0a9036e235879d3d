using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Manifests;

namespace Bartizan.Daemon.Servers;

/// <summary>
/// The manifest that a tool server, or code, runs under in its sandbox: the hosts that its agent's manifest gives it, and nothing else.
/// </summary>
internal static class ServerManifest
{
    /// <summary>Makes it, and its text.</summary>
    /// <exception cref="IOException">When the hosts make no rules.</exception>
    public static (Manifest Manifest, string Text) Of(Manifest agent, string name, ImmutableArray<string> egress)
    {
        var text = new StringBuilder();
        text.AppendLine("apiVersion: bartizan/v1");
        text.Append("agent: ").AppendLine(JsonSerializer.Serialize(agent.Agent));
        text.AppendLine(CultureInfo.InvariantCulture, $"version: {agent.Version}");
        text.Append("owner: ").AppendLine(JsonSerializer.Serialize(agent.Owner));
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"environment: {agent.Environment.ToString().ToLowerInvariant()}"
        );
        text.AppendLine("rules:");
        foreach (var host in egress.Distinct(StringComparer.Ordinal))
        {
            var place = host.Contains(':', StringComparison.Ordinal) ? host : $"{host}:443";
            text.Append("  - allow: ").AppendLine(JsonSerializer.Serialize($"connect {place}"));
            text.AppendLine("    why: The agent's manifest names it in its `egress`.");
        }

        if (egress.IsEmpty)
        {
            text.AppendLine("  - deny: connect **:*").AppendLine("    why: Its `egress` names no host.");
        }

        var load = ManifestLoader.Load(text.ToString(), $"servers.{name}", static _ => null);
        return load.Manifest is { } manifest
            ? (manifest, text.ToString())
            : throw new IOException($"the `egress` of `{name}` makes no rules: {load.Errors[0].Message}");
    }
}
