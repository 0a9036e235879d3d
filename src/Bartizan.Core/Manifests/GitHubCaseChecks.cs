using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>
/// GitHub takes the names of owners and repositories in any case, and paths are compared by the letter: a denial of one repository doesn't
/// hold below a grant that leaves the names open.
/// </summary>
internal static class GitHubCaseChecks
{
    /// <summary>Checks them.</summary>
    public static void Check(Manifest manifest, Action<SourcePosition, string, string> warn)
    {
        ImmutableArray<GitHubPlace> places =
        [
            .. manifest
                .Providers.Values.Where(provider => provider.Kind == ProviderKind.GitHub)
                .Select(provider => provider.Url)
                .Append(GitHubPlace.Public)
                .Distinct()
                .SelectMany(url => GitHubPlace.Of(url)),
        ];
        var rules = manifest
            .Layers.SelectMany(layer => layer.Rules)
            .Where(rule => rule.Verb == Verb.Http)
            .Select(rule => (Rule: rule, Patterns: PatternsOf(rule)))
            .ToList();
        foreach (var (rule, patterns) in rules.Where(one => one.Rule.Effect != Effect.Allow))
        {
            var wide = rules
                .Where(other => other.Rule.Effect is Effect.Allow or Effect.Ask && !ReferenceEquals(other.Rule, rule))
                .FirstOrDefault(other =>
                    patterns.Exists(denied => other.Patterns.Exists(open => Passes(denied, open, places)))
                );
            if (wide.Rule is not null)
            {
                warn(
                    rule.Position,
                    $"`{SourceTree.Quote(rule.Text)}` is compared by the letter, and GitHub takes names in any case: what it names in capitals passes by `{SourceTree.Quote(wide.Rule.Text)}`",
                    "Allow each repository by its name."
                );
            }
        }
    }

    private static List<HttpPattern> PatternsOf(Rule rule) =>
        [.. RulePatterns.Of(rule, grants: rule.Effect == Effect.Allow).Patterns.OfType<HttpPattern>()];

    private static bool Passes(HttpPattern denied, HttpPattern open, ImmutableArray<GitHubPlace> places) =>
        (denied.Method is null || open.Method is null || denied.Method == open.Method)
        && places.Any(place => Names(denied, place) && LeavesOpen(open, place))
        && (open.Path is null || PatternOverlap.Exists(Folded(denied.Path!), Folded(open.Path)));

    private static SegmentPattern Folded(SegmentPattern path) =>
        SegmentPattern.TryParse(path.Text.ToLowerInvariant(), '/', out var folded, out _) ? folded : path;

    private static bool LeavesOpen(HttpPattern pattern, GitHubPlace place) =>
        MayBeOf(pattern, place)
        && (
            pattern.Path is not { } path
            || path.Segments.Take(place.Prefix.Length + 2).Any(segment => segment is not { IsLiteral: true })
        );

    private static bool Names(HttpPattern pattern, GitHubPlace place) =>
        MayBeOf(pattern, place)
        && pattern.Path is { } path
        && place.After(path) is { Length: > 0 } names
        && (!place.IsGit || names is [not null, not null, ..])
        && names.Take(2).TakeWhile(name => name is not null).Any(name => !name!.IsAny);

    private static bool MayBeOf(HttpPattern pattern, GitHubPlace place) =>
        HostName.TryParse(place.Address.Host.Trim('[', ']'), out var host, out _) && pattern.Host.Matches(host);
}
