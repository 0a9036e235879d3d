using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Bartizan.Posture.RedTeam;

/// <summary>
/// A manifest with its tool servers and model providers in the hands of the red team: the same rules and the same flow, but every
/// address is the stage's and no credential goes anywhere.
/// </summary>
public static class StagedManifest
{
    /// <summary>What a staged server or provider keeps of what the manifest says of it.</summary>
    private static readonly HashSet<string> s_kept = new(StringComparer.Ordinal) { "undo", "api", "place" };

    /// <summary>Writes it anew.</summary>
    /// <param name="text">The manifest.</param>
    /// <param name="source">Its file, which its baselines stand beside.</param>
    /// <param name="servers">The suite's servers; others of the manifest stay out of reach.</param>
    /// <param name="stage">The stage's address.</param>
    /// <exception cref="SuiteException">It is no manifest, or has not the servers that the suite needs.</exception>
    public static string Write(string text, string source, IEnumerable<string> servers, Uri stage)
    {
        ArgumentNullException.ThrowIfNull(servers);
        ArgumentNullException.ThrowIfNull(stage);
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException)
        {
            throw new SuiteException($"`{source}` is no YAML; `bartizan check` says where");
        }

        if (stream.Documents is not [{ RootNode: YamlMappingNode root }])
        {
            throw new SuiteException($"`{source}` is no manifest; `bartizan check` says why");
        }

        var found = Section(root, "servers");
        foreach (var server in servers)
        {
            if (found?.Children.ContainsKey(server) != true)
            {
                throw new SuiteException($"the suite calls the server `{server}`, which `{source}` doesn't have");
            }
        }

        if (
            root.Children.TryGetValue("extends", out var extends)
            && extends is YamlScalarNode { Value: { } baseline } named
        )
        {
            named.Value = baseline.Contains('.', StringComparison.Ordinal)
                ? Path.GetFullPath(baseline, Folder(source))
                : baseline;
        }

        Stage(found, name => new Uri(stage, $"tools/{name}"));
        Stage(Section(root, "models"), _ => new Uri(stage, "model"));
        using var written = new StringWriter();
        stream.Save(written, assignAnchors: false);
        // The writer ends a document with a mark that the manifest's reader takes for the start of another.
        return written.ToString().Replace("\n...", "", StringComparison.Ordinal);
    }

    private static string Folder(string source) => Path.GetDirectoryName(Path.GetFullPath(source))!;

    private static void Stage(YamlMappingNode? section, Func<string, Uri> addressOf)
    {
        foreach (var (name, value) in section?.Children.ToArray() ?? [])
        {
            var kept = new YamlMappingNode { { "url", addressOf(((YamlScalarNode)name).Value!).ToString() } };
            foreach (var (key, word) in (value as YamlMappingNode)?.Children.ToArray() ?? [])
            {
                if (key is YamlScalarNode { Value: { } known } && s_kept.Contains(known))
                {
                    kept.Add(key, word);
                }
            }

            section!.Children[name] = kept;
        }
    }

    private static YamlMappingNode? Section(YamlMappingNode root, string name) =>
        root.Children.TryGetValue(name, out var found) ? found as YamlMappingNode : null;
}
