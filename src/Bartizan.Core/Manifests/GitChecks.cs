using System.Collections.Immutable;
using Bartizan.Core.Conditions;
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
        CheckConditions(manifest, warn);
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

    // `args` compares names without case where something is taken away; a condition can't.
    private static void CheckConditions(Manifest manifest, Action<SourcePosition, string, string> warn)
    {
        var rules = manifest.Layers.SelectMany(layer => layer.Rules).Where(rule => ReadsRepository(rule.When));
        foreach (var rule in rules.Where(rule => GitNames.Takes(rule, manifest.Git.Keys)))
        {
            warn(
                rule.Position,
                $"the condition of `{SourceTree.Quote(rule.Text)}` compares `args.{GitHost.Argument}` by the letter, and forges take names in any case",
                $"Say it in `args: {{ {GitHost.Argument}: … }}`, which holds for any case."
            );
        }
    }

    private static bool ReadsRepository(Condition? when) =>
        when?.Attributes.Any(attribute =>
            attribute.Root == AttributeRoot.Args && attribute.Path is [{ Name: GitHost.Argument }, ..]
        ) == true;

    private static bool Grants(Rule rule, string name, Func<Rule, IEnumerable<TargetPattern>> patternsOf) =>
        rule.Verb == Verb.Tool
        && rule.Effect is Effect.Allow or Effect.Ask
        && patternsOf(rule)
            .Any(pattern =>
                pattern.Matches(new ToolTarget(name, GitHost.Fetch))
                || pattern.Matches(new ToolTarget(name, GitHost.Push))
            );
}
