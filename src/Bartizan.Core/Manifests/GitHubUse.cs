using System.Collections.Immutable;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>What one pattern of a rule does with a GitHub's token.</summary>
internal sealed record GitHubUse
{
    private const string GitSuffix = ".git";

    /// <summary>The rule.</summary>
    public required Rule Rule { get; init; }

    /// <summary>The owner that it names; null where it doesn't name one.</summary>
    public string? Owner { get; private init; }

    /// <summary>The repositories that it is about, in lower case; null for any.</summary>
    public Glob? Repositories { get; private init; }

    /// <summary>The one repository that it names; null where it may be about several.</summary>
    public string? Repository { get; private init; }

    /// <summary>What its requests need; null where that can't be said.</summary>
    public ImmutableArray<GitHubDemand>? Demands { get; private init; }

    /// <summary>Why the repositories can't be told, as the end of a sentence about the rule; null when they can.</summary>
    public string? WhyAnyRepository { get; private init; }

    /// <summary>Why the permissions can't be told; null when they can.</summary>
    public string? WhyAnyPermission { get; private init; }

    /// <summary>True when a repository of that name is meant, in whatever case.</summary>
    public bool Reaches(string repository) => Repositories?.Matches(repository.ToLowerInvariant()) ?? true;

    /// <summary>What the patterns of a rule do, at a GitHub of these places.</summary>
    public static IEnumerable<GitHubUse> Of(Rule rule, ImmutableArray<GitHubPlace> places) =>
        RulePatterns.Of(rule, grants: true) is { IsBroken: false } read
            ? read.Patterns.OfType<HttpPattern>().Select(pattern => Of(rule, pattern, places))
            : [Unknown(rule, "can't be read")];

    private static GitHubUse Of(Rule rule, HttpPattern pattern, ImmutableArray<GitHubPlace> places)
    {
        var there = places.Where(place => place.IsOf(pattern)).ToList();
        if (there.Count == 0)
        {
            return Unknown(rule, $"leads to `{pattern.Host.Canonical}`, which isn't this GitHub's");
        }

        if (pattern.Path is not { } path)
        {
            return Unknown(rule, "names no repository");
        }

        foreach (var place in there)
        {
            if (place.After(path) is [var owner, var repository, .. var below])
            {
                return Of(rule, pattern.Method, place, owner, repository, below);
            }

            // Below another of its prefixes an owner's name stands elsewhere.
            if (place.After(path) is not null)
            {
                break;
            }
        }

        return Unknown(rule, "names no repository");
    }

    private static GitHubUse Of(
        Rule rule,
        string? method,
        GitHubPlace place,
        Glob? owner,
        Glob? repository,
        Glob?[] below
    )
    {
        if (owner is null || repository is null)
        {
            return Unknown(rule, "names no repository");
        }

        var name =
            place.IsGit && repository.Text.EndsWith(GitSuffix, StringComparison.Ordinal)
                ? repository.Text[..^GitSuffix.Length]
                : repository.Text;
        var one = repository.IsLiteral && GitHubForm.IsRepository(name) ? name : null;
        var demands = GitHubEndpoints.DemandsOf(place.Endpoints, below, method);
        return new GitHubUse
        {
            Rule = rule,
            Owner = owner.IsLiteral ? owner.Text : null,
            Repositories = Glob.Of(name.ToLowerInvariant()),
            Repository = one,
            Demands = demands,
            WhyAnyRepository = one is null ? $"names repositories by `{Policy.Shown(repository.Text)}`" : null,
            WhyAnyPermission = demands is null ? "is about paths whose permissions aren't known here" : null,
        };
    }

    private static GitHubUse Unknown(Rule rule, string why) =>
        new()
        {
            Rule = rule,
            WhyAnyRepository = why,
            WhyAnyPermission = why,
        };
}
