using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Manifests;

/// <summary>
/// The manifest that a tool server, or code, runs under in its sandbox: the hosts that its agent's manifest gives it, as far as
/// everything lets it that holds for the agent. No model, no tool, no credential.
/// <code>
/// own layer      what `egress` names, less what the agent's own rules deny
/// ceilings       each baseline's, and what `trust` asks of the agent: of tunnels and requests
/// beside them    host terms, budget, decision points, flow: the agent's, and counted as the agent's
/// </code>
/// </summary>
public static class SiblingManifest
{
    private const string Why = "The agent's manifest names it in its `egress`.";

    // Where the first rule stands in the text, and how many lines each has.
    private const int FirstLine = 7;
    private const int LinesOfRule = 2;

    /// <summary>Makes it.</summary>
    /// <param name="agent">The manifest of the agent that it runs beside.</param>
    /// <param name="name">What the agent's manifest calls it.</param>
    /// <param name="egress">The hosts that are given to it.</param>
    public static Manifest Of(Manifest agent, string name, ImmutableArray<string> egress)
    {
        ArgumentNullException.ThrowIfNull(agent);
        var layers = agent.Layers.IsDefault ? [] : agent.Layers;
        var own = layers.LastOrDefault(layer => !layer.IsCeiling);
        return new Manifest
        {
            Agent = agent.Agent,
            Version = agent.Version,
            Owner = agent.Owner,
            Environment = agent.Environment,
            Hosts = agent.Hosts,
            Groups = agent.Groups,
            People = agent.People,
            Serve = agent.Serve,
            Catalogue = agent.Catalogue,
            Consultations = agent.Consultations,
            Budget = agent.Budget,
            Trust = agent.Trust,
            Layers =
            [
                // INVARIANT: no ceiling is left out; an `egress` gives nothing that they take from the agent.
                .. layers.Where(layer => layer.IsCeiling).Select(OfWays),
                new RuleLayer(
                    "manifest",
                    IsCeiling: false,
                    [
                        .. PlacesOf(egress).Select((place, index) => Grant(place, name, index)),
                        .. (own is null ? [] : OfWays(own).Rules).Where(rule => rule.Effect == Effect.Deny),
                    ]
                )
                {
                    TimeZone = own?.TimeZone ?? TimeZoneInfo.Utc,
                },
            ],
        };
    }

    /// <summary>The rules that are its own, as a person would write them.</summary>
    public static string TextOf(Manifest agent, ImmutableArray<string> egress)
    {
        ArgumentNullException.ThrowIfNull(agent);
        var text = new StringBuilder();
        text.AppendLine("apiVersion: bartizan/v1");
        text.Append("agent: ").AppendLine(JsonSerializer.Serialize(agent.Agent));
        text.AppendLine(CultureInfo.InvariantCulture, $"version: {agent.Version}");
        text.Append("owner: ").AppendLine(JsonSerializer.Serialize(agent.Owner));
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"environment: {agent.Environment.ToString().ToLowerInvariant()}"
        );
        text.AppendLine(egress.IsEmpty ? "rules: []" : "rules:");
        foreach (var place in PlacesOf(egress))
        {
            text.Append("  - allow: ").AppendLine(JsonSerializer.Serialize($"connect {place}"));
            text.Append("    why: ").AppendLine(Why);
        }

        text.AppendLine("# And what the agent's baselines, its own denials and its `trust` take away.");
        return text.ToString();
    }

    /// <summary>A word of an <c>egress</c> as a rule on <c>connect</c> names it.</summary>
    public static string PlaceOf(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return word.Contains(':', StringComparison.Ordinal) ? word : $"{word}:443";
    }

    private static IEnumerable<string> PlacesOf(ImmutableArray<string> egress) =>
        egress.Distinct(StringComparer.Ordinal).Select(PlaceOf);

    private static Rule Grant(string place, string name, int index) =>
        new()
        {
            Effect = Effect.Allow,
            Verb = Verb.Connect,
            Pattern = place,
            Why = Why,
            Position = new SourcePosition($"servers.{name}", FirstLine + (index * LinesOfRule), 5),
        };

    // Of other verbs nothing is granted to it, so that nothing has to be taken away.
    private static RuleLayer OfWays(RuleLayer layer) =>
        layer with
        {
            Rules = [.. layer.Rules.Where(rule => rule.Verb is Verb.Connect or Verb.Http)],
        };
}
