using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>What holds between a token of a GitHub App and the rules that use it.</summary>
internal static class GitHubChecks
{
    /// <summary>Checks them.</summary>
    public static void Check(
        Manifest manifest,
        SourceNode.Map root,
        Action<SourcePosition, string, string> error,
        Action<SourcePosition, string, string> warn
    )
    {
        var credentials = root.Find("credentials") as SourceNode.Map;
        var say = manifest.Environment == DeploymentEnvironment.Development ? warn : error;
        foreach (var source in manifest.Credentials.Values.OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            if (GitHubNeeds.Of(manifest, source) is not { } needs)
            {
                continue;
            }

            var where = credentials?.PositionOf(source.Name) ?? root.Position;
            var said = (credentials?.Find(source.Name) as SourceNode.Map)?.Find("params") as SourceNode.Map;
            if (!source.Parameters.ContainsKey(GitHubNeeds.RepositoriesKey))
            {
                say(
                    where,
                    $"`{source.Name}` would reach every repository of the installation, because {needs.WhyAnyRepository}; until `params: repositories` names them nothing is asked for",
                    "Name them, as in `params: { repositories: \"shop docs\" }`, or write rules that name each."
                );
            }
            else if (said?.Find(GitHubNeeds.RepositoriesKey) is not null)
            {
                CompareRepositories(source, needs, where, warn);
            }

            if (!source.Parameters.ContainsKey(GitHubNeeds.PermissionsKey))
            {
                say(
                    where,
                    $"`{source.Name}` doesn't say what its token may do, and {needs.WhyAnyPermission}; until `params: permissions` names it nothing is asked for",
                    "Name it, as in `params: { permissions: \"contents:read issues:write\" }`, or write rules that are finer."
                );
            }
            else if (said?.Find(GitHubNeeds.PermissionsKey) is not null)
            {
                ComparePermissions(source, needs, where, warn);
            }
        }

        GitHubCaseChecks.Check(manifest, warn);
    }

    private static void CompareRepositories(
        CredentialSource source,
        GitHubNeeds needs,
        SourcePosition where,
        Action<SourcePosition, string, string> warn
    )
    {
        var named = GitHubForm.RepositoriesOf(source.Parameters);
        foreach (
            var name in needs.IsUsedElsewhere ? [] : named.Where(name => !needs.Uses.Any(use => use.Reaches(name)))
        )
        {
            warn(
                where,
                $"the token of `{source.Name}` is wider than its rules: no rule uses the repository `{SourceTree.Quote(name)}`",
                "Take it out; without `repositories` those of the rules are asked for."
            );
        }

        foreach (
            var use in needs
                .Uses.Where(use => use.Repository is { } one && !named.Contains(one, StringComparer.OrdinalIgnoreCase))
                .DistinctBy(use => (use.Rule, use.Repository!.ToLowerInvariant()))
        )
        {
            warn(
                use.Rule.Position,
                $"what `{SourceTree.Quote(use.Rule.Text)}` lets through fails at GitHub: `repositories` of `{source.Name}` doesn't name `{use.Repository}`",
                "Add it, or take the rule out; a public repository can be read without."
            );
        }
    }

    private static void ComparePermissions(
        CredentialSource source,
        GitHubNeeds needs,
        SourcePosition where,
        Action<SourcePosition, string, string> warn
    )
    {
        if (GitHubForm.PermissionsOf(source.Parameters) is not { } may)
        {
            return;
        }

        foreach (var (name, level) in may.Where(_ => needs.WhyAnyPermission is null))
        {
            if (LeastOf(needs, may, name, level) is var least && GitHubForm.RankOf(least) < GitHubForm.RankOf(level))
            {
                warn(
                    where,
                    $"the token of `{source.Name}` is wider than its rules: no rule uses `{name}:{level}`"
                        + (least == GitHubForm.Levels[0] ? "" : $", `{name}:{least}` is enough"),
                    "Take it out; without `permissions` those that the rules need are asked for."
                );
            }
        }

        foreach (
            var (rule, demand) in needs
                .Uses.SelectMany(use => (use.Demands ?? []).Select(demand => (use.Rule, demand)))
                .Where(one => !one.demand.IsMetBy(may))
                .DistinctBy(one => (one.Rule, $"{one.demand}"))
        )
        {
            warn(
                rule.Position,
                $"a part of what `{SourceTree.Quote(rule.Text)}` lets through fails at GitHub: it needs {demand}, which `permissions` of `{source.Name}` doesn't name",
                "Add it, or write the rule for what is meant."
            );
        }
    }

    // The least level of a permission with which every demand that it meets is still met.
    private static string LeastOf(
        GitHubNeeds needs,
        ImmutableSortedDictionary<string, string> may,
        string name,
        string level
    )
    {
        var met = needs.Uses.SelectMany(use => use.Demands ?? []).Where(demand => demand.IsMetBy(may)).ToList();
        return name == GitHubPermission.Metadata.Name && level == GitHubPermission.Metadata.Level
            ? level
            : GitHubForm.Levels.First(less =>
                less == level || met.TrueForAll(demand => demand.IsMetBy(may.SetItem(name, less)))
            );
    }
}
