using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>
/// Forges take a repository's name in any case for the same repository. INVARIANT: what is denied, or asked for, by a name is so in
/// any case; what is allowed is allowed as it is written, because to other hosts it may be another repository.
/// </summary>
internal static class GitNames
{
    /// <summary>The layers of a manifest with these Git hosts.</summary>
    public static ImmutableArray<RuleLayer> Fold(ImmutableArray<RuleLayer> layers, IEnumerable<string> hosts)
    {
        ImmutableArray<string> names = [.. hosts];
        return names.IsEmpty
            ? layers
            : [.. layers.Select(layer => layer with { Rules = [.. layer.Rules.Select(rule => Fold(rule, names))] })];
    }

    /// <summary>True for a rule that can take something of a Git host away.</summary>
    public static bool Takes(Rule rule, IEnumerable<string> hosts) =>
        rule is { Verb: Verb.Tool, Effect: not Effect.Allow }
        && RulePatterns.Of(rule, grants: false) is var read
        && (read.IsBroken || hosts.Any(host => read.Patterns.Any(pattern => IsOf(pattern, host))));

    private static Rule Fold(Rule rule, ImmutableArray<string> hosts) =>
        rule.Arguments.Any(argument => argument.Path == GitHost.Argument) && Takes(rule, hosts)
            ? rule with
            {
                Arguments =
                [
                    .. rule.Arguments.Select(argument =>
                        argument.Path == GitHost.Argument ? argument with { AnyCase = true } : argument
                    ),
                ],
            }
            : rule;

    private static bool IsOf(TargetPattern pattern, string host) =>
        pattern.Matches(new ToolTarget(host, GitHost.Fetch)) || pattern.Matches(new ToolTarget(host, GitHost.Push));
}
