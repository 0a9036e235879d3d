using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Manifests;
using Bartizan.Posture.Inventory;

namespace Bartizan.Posture.Drafts;

/// <summary>
/// What a drafted manifest says of the MCP servers that agents on this machine are configured with. Every call is asked until somebody
/// has said which ones need no person.
/// </summary>
internal sealed class ServerDraft
{
    private const int MaxServers = 32;

    private const int MaxNameLength = 64;

    // Endings of variables that hold keys; others' values are for a person to copy.
    private static readonly ImmutableArray<string> s_keys = ["KEY", "TOKEN", "SECRET", "PASSWORD"];

    private readonly List<(string Name, FoundServer Found)> _drafted = [];
    private readonly List<FoundServer> _left = [];

    public ServerDraft(IEnumerable<FoundServer> found)
    {
        foreach (var server in found)
        {
            var name = Name(server.Name);
            var known = server.Url is not null || !server.Command.IsEmpty;
            if (!known || name is null || _drafted.Exists(d => d.Name == name) || _drafted.Count == MaxServers)
            {
                _left.Add(server);
            }
            else
            {
                _drafted.Add((name, server));
            }
        }
    }

    /// <summary>Names of the servers that the draft holds.</summary>
    public IEnumerable<string> Names => _drafted.Select(drafted => drafted.Name);

    /// <summary>The section, and what a person has to write by hand.</summary>
    public void WriteServers(StringBuilder text)
    {
        if (_drafted.Count > 0)
        {
            text.AppendLine("servers:");
            foreach (var (name, found) in _drafted)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {name}: {{ {Reached(name, found)} }}");
            }
        }

        foreach (var place in _left.Select(left => left.Place).Distinct())
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"# {Shown(place)} names servers that are not drafted: their names, addresses or arguments need your eye."
            );
        }

        if (_drafted.Count + _left.Count > 0)
        {
            text.AppendLine();
        }
    }

    /// <summary>A rule for each.</summary>
    public void WriteRules(StringBuilder text)
    {
        foreach (var (name, _) in _drafted)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  - ask: tool {name}/*")
                .AppendLine("    why: Each call is asked until you have said which tools need no person.");
        }
    }

    /// <summary>The credentials that they are given.</summary>
    public void WriteCredentials(StringBuilder text)
    {
        foreach (var (name, found) in _drafted)
        {
            if (found.Url is not null && found.HasHeaders)
            {
                var variable = $"{name.ToUpperInvariant().Replace('-', '_').Replace('.', '_')}_TOKEN";
                text.AppendLine(CultureInfo.InvariantCulture, $"  {name}-token: {{ from: env:{variable} }}");
            }

            foreach (var variable in Keys(found))
            {
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"  {Credential(name, variable)}: {{ from: env:{variable} }}"
                );
            }
        }
    }

    private static string Reached(string name, FoundServer found)
    {
        if (found.Url is { } url)
        {
            return $"url: {Quoted(url.AbsoluteUri)}{(found.HasHeaders ? $", with: {name}-token" : "")}";
        }

        var lent = Keys(found).Select(variable => $"{variable}: {Credential(name, variable)}").ToList();
        return $"command: [{string.Join(", ", found.Command.Select(Quoted))}], egress: []"
            + (lent.Count > 0 ? $", credentials: {{ {string.Join(", ", lent)} }}" : "");
    }

    private static IEnumerable<string> Keys(FoundServer found) =>
        found.Command.IsEmpty
            ? []
            : found.Variables.Where(variable =>
                variable.Length <= MaxNameLength / 2
                && variable.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
                && char.IsAsciiLetter(variable[0])
                && s_keys.Any(end => variable.EndsWith(end, StringComparison.OrdinalIgnoreCase))
            );

    private static string Credential(string server, string variable) =>
        $"{server}-{variable.ToLowerInvariant().Replace('_', '-')}";

    private static string? Name(string found)
    {
        var fits =
            found.Length is > 0 and <= MaxNameLength / 2
            && char.IsAsciiLetter(found[0])
            && found.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            && !found.EndsWith('_')
            && !found.Contains(ToolServer.Divider, StringComparison.Ordinal);
        return fits ? found : null;
    }

    // JSON's strings are YAML's, and hold nothing that could end them.
    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    private static string Shown(string place) => new([.. place.Select(c => char.IsControl(c) ? '?' : c)]);
}
