using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>What holds between the Git hosts of a manifest, its servers, its databases and its rules.</summary>
internal static class GitChecks
{
    /// <summary>Checks them.</summary>
    public static void Check(
        Manifest manifest,
        SourceNode.Map root,
        ImmutableArray<Rule> own,
        Func<Rule, IEnumerable<TargetPattern>> patternsOf,
        Action<SourcePosition, string, string> error,
        Action<SourcePosition, string, string> warn
    )
    {
        foreach (var (name, _) in ManifestReader.Entries(root.Find("git")))
        {
            if (manifest.Servers.ContainsKey(name.Text) || manifest.Databases.ContainsKey(name.Text))
            {
                error(
                    name.Position,
                    $"`{SourceTree.Quote(name.Text)}` is a Git host and a server or database: a rule couldn't tell them apart",
                    "Give one of them another name."
                );
            }

            if (!own.Any(rule => Grants(rule, name.Text, patternsOf)))
            {
                warn(
                    name.Position,
                    $"no rule allows `fetch` or `push` of `{SourceTree.Quote(name.Text)}`",
                    "Add one, or take it out."
                );
            }
        }
    }

    private static bool Grants(Rule rule, string name, Func<Rule, IEnumerable<TargetPattern>> patternsOf) =>
        rule.Verb == Verb.Tool
        && rule.Effect is Effect.Allow or Effect.Ask
        && patternsOf(rule)
            .Any(pattern =>
                pattern.Matches(new ToolTarget(name, GitHost.Fetch))
                || pattern.Matches(new ToolTarget(name, GitHost.Push))
            );
}
