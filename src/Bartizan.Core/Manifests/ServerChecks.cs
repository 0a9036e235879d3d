using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>What holds between the tool servers of a manifest, their keys and its rules.</summary>
internal static class ServerChecks
{
    private static readonly string[] _ofAddress = ["with", "ca"];

    private static readonly string[] _ofCommand = ["egress", "variables", "credentials", "workspace"];

    /// <summary>Checks the servers and the manifest's own rules.</summary>
    public static void Check(
        Manifest manifest,
        SourceNode.Map root,
        ImmutableArray<Rule> own,
        Func<Rule, IEnumerable<TargetPattern>> patternsOf,
        Action<SourcePosition, string, string> warn
    )
    {
        var declared = ManifestReader.Entries(root.Find("servers")).Select(e => e.Key).ToList();
        if (declared.Count == 0)
        {
            return;
        }

        List<string> names =
        [
            .. declared
                .Select(d => d.Text)
                .Union(manifest.Servers.Keys)
                .Union(manifest.Databases.Keys)
                .Union(manifest.Git.Keys),
        ];
        var reached = new HashSet<string>(StringComparer.Ordinal);
        foreach (var rule in own.Where(r => r.Verb == Verb.Tool))
        {
            foreach (var pattern in patternsOf(rule).OfType<NamePattern>())
            {
                var meant = names.Where(n => pattern.Head is null || pattern.Head.Matches(n)).ToList();
                if (meant.Count == 0)
                {
                    // It may be meant for the names that a client's hooks give: told, and not refused.
                    var head = pattern.Head?.Text ?? "";
                    warn(rule.Position, $"there is no server `{head}` in `servers`", NearestWord.Hint(head, names));
                }

                reached.UnionWith(rule.Effect == Effect.Deny ? [] : meant);
            }
        }

        foreach (var name in declared.Where(d => !reached.Contains(d.Text)))
        {
            warn(
                name.Position,
                $"no rule allows a tool of `{SourceTree.Quote(name.Text)}`",
                "Add one, or take it out."
            );
        }

        foreach (var name in declared.Where(d => IsCleartext(manifest, d.Text)))
        {
            warn(name.Position, $"`{name.Text}` is reached by http: what is sent can be read on the way", "Use https.");
        }
    }

    /// <summary>Checks that what is said of a server fits the way it is reached, and names what is declared.</summary>
    public static void CheckKeys(
        Manifest manifest,
        SourceNode.Map root,
        HashSet<string> credentials,
        Action<SourcePosition, string, string> error
    )
    {
        foreach (var (name, value) in ManifestReader.Entries(root.Find("servers")))
        {
            if (value is not SourceNode.Map map || !manifest.Servers.TryGetValue(name.Text, out var server))
            {
                continue;
            }

            var (wrong, way) = server.Url is null ? (_ofAddress, "command") : (_ofCommand, "url");
            foreach (var key in wrong.Where(key => map.Find(key) is not null))
            {
                error(map.PositionOf(key), $"`{key}` says nothing of a server that has a `{way}`", "Take it out.");
            }

            foreach (var lent in server.Credentials.Values.Where(lent => !credentials.Contains(lent)))
            {
                error(
                    map.PositionOf("credentials"),
                    $"there is no credential `{SourceTree.Quote(lent)}` in `credentials`",
                    NearestWord.Hint(lent, credentials)
                );
            }
        }
    }

    private static bool IsCleartext(Manifest manifest, string name) =>
        manifest.Environment != DeploymentEnvironment.Development
        && manifest.Servers.TryGetValue(name, out var server)
        && server.Url?.Scheme == Uri.UriSchemeHttp
        && !server.Url.IsLoopback;
}
