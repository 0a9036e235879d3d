using System.Collections.Immutable;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>
/// The permissions that parts of a repository need, as GitHub's documentation has them ("Permissions required for GitHub Apps"). The finer
/// stands before the wider; what isn't here can't be said.
/// </summary>
internal static class GitHubEndpoints
{
    private const string IssueOrPullRead = "issues:read|pull_requests:read";

    private const string IssueOrPullWrite = "issues:write|pull_requests:write";

    /// <summary>Of the REST API, below <c>/repos/OWNER/REPOSITORY</c>.</summary>
    public static ImmutableArray<GitHubEndpoint> Api { get; } =
    [
        new("", "", "administration:write"),
        Of("actions/organization-secrets", "secrets"),
        Of("actions/organization-variables", "actions_variables"),
        Of("actions/permissions/**", "administration"),
        Of("actions/runners/**", "administration"),
        new("actions/runs/*/deployment_protection_rule", "", "deployments:write"),
        new("actions/runs/*/pending_deployments", "actions:read", null),
        Of("actions/secrets/**", "secrets"),
        Of("actions/variables/**", "actions_variables"),
        Of("actions/**", "actions"),
        new("activity", "contents:read", ""),
        new("assignees/**", IssueOrPullRead, ""),
        Of("attestations/**", "attestations"),
        Of("autolinks/**", "administration"),
        Of("automated-security-fixes", "administration"),
        Of("branches/*/protection/**", "administration"),
        Of("branches/**", "contents"),
        Of("check-runs/**", "checks"),
        Of("check-suites/**", "checks"),
        Of("code-scanning/codeql/**", "contents"),
        Of("code-scanning/**", "security_events"),
        new("codeowners/errors", "contents:read", ""),
        new("collaborators/**", "", "administration:write"),
        new("comments/**", "", "contents:write"),
        new("commits/*/check-runs", "checks:read", ""),
        new("commits/*/check-suites", "checks:read", ""),
        new("commits/*/comments", "", "contents:read"),
        new("commits/*/pulls", "pull_requests:read", ""),
        new("commits/*/status", "statuses:read", ""),
        new("commits/*/statuses", "statuses:read", ""),
        new("commits/**", "contents:read", ""),
        new("community/profile", "contents:read", ""),
        new("compare/**", "contents:read", ""),
        new("contents/.github/workflows/**", "contents:read", "contents:write workflows:write") { IsSaidAlone = true },
        Of("contents/**", "contents"),
        new("contributors", "", ""),
        Of("dependabot/alerts/**", "vulnerability_alerts"),
        Of("dependabot/secrets/**", "dependabot_secrets"),
        Of("dependency-graph/**", "contents"),
        Of("deployments/**", "deployments"),
        new("dispatches", "", "contents:write"),
        new("environments/*/secrets/**", null, null),
        new("environments/*/variables/**", null, null),
        new("environments/**", "actions:read", "administration:write"),
        new("events", "", ""),
        new("forks", "", null),
        Of("git/**", "contents"),
        Of("hooks/**", "repository_hooks"),
        Of("interaction-limits", "administration"),
        Of("invitations/**", "administration"),
        Of("issues/comments/*/reactions/**", "issues"),
        new("issues/comments/**", IssueOrPullRead, IssueOrPullWrite),
        new("issues/events/*", IssueOrPullRead, ""),
        new("issues/*/assignees/**", IssueOrPullRead, IssueOrPullWrite),
        new("issues/*/comments", IssueOrPullRead, IssueOrPullWrite),
        new("issues/*/events", IssueOrPullRead, ""),
        new("issues/*/labels/**", IssueOrPullRead, IssueOrPullWrite),
        new("issues/*/lock", "", IssueOrPullWrite),
        new("issues/*/timeline", IssueOrPullRead, ""),
        new("issues/*", "", IssueOrPullWrite) { Method = "PATCH" },
        Of("issues/**", "issues"),
        Of("keys/**", "administration"),
        new("labels/**", IssueOrPullRead, IssueOrPullWrite),
        new("languages", "", ""),
        new("license", "", ""),
        new("merge-upstream", "", "contents:write"),
        new("merges", "", "contents:write"),
        new("milestones/**", IssueOrPullRead, IssueOrPullWrite),
        Of("pages/builds/**", "pages"),
        Of("pages/deployments/**", "pages"),
        new("pages", "pages:read", "pages:write administration:write"),
        new("private-vulnerability-reporting", "", "administration:write"),
        Of("projects", "repository_projects"),
        new("properties/values", "", "repository_custom_properties:write"),
        new("pulls/*/merge", "", "contents:write") { Method = "PUT" },
        Of("pulls/**", "pull_requests"),
        new("readme/**", "contents:read", ""),
        Of("releases/**", "contents"),
        new("rules/branches/*", "", ""),
        Of("rulesets/rule-suites/**", "administration"),
        new("rulesets/**", "", "administration:write"),
        Of("secret-scanning/**", "secret_scanning_alerts"),
        Of("security-advisories/**", "repository_advisories"),
        new("stargazers", "", ""),
        new("stats/**", "", ""),
        Of("statuses/**", "statuses"),
        new("subscribers", "", ""),
        Of("tags/protection/**", "administration"),
        new("tags", "", ""),
        new("tarball/**", "contents:read", ""),
        new("teams", "administration:read", ""),
        new("topics", "", "administration:write"),
        new("traffic/**", "administration:read", ""),
        new("transfer", "", "administration:write"),
        Of("vulnerability-alerts", "administration"),
        new("zipball/**", "contents:read", ""),
    ];

    /// <summary>Of Git over https, below <c>/OWNER/REPOSITORY.git</c>.</summary>
    public static ImmutableArray<GitHubEndpoint> Git { get; } =
    [
        new("info/refs", "contents:read", ""),
        new("git-upload-pack", "", "contents:read"),
        new("git-receive-pack", "", "contents:write"),
        Of("info/lfs/**", "contents"),
    ];

    /// <summary>Of hosts that give files out.</summary>
    public static ImmutableArray<GitHubEndpoint> Files { get; } = [new("**", "contents:read", "")];

    /// <summary>What a rule's requests need; null when that can't be said of all of them.</summary>
    /// <param name="table">What is where.</param>
    /// <param name="path">The rule's path, below the repository.</param>
    /// <param name="method">The rule's method; null for every one.</param>
    public static ImmutableArray<GitHubDemand>? DemandsOf(
        ImmutableArray<GitHubEndpoint> table,
        ReadOnlySpan<Glob?> path,
        string? method
    )
    {
        var demands = ImmutableArray.CreateBuilder<GitHubDemand>();
        foreach (var endpoint in table)
        {
            var isWhole = endpoint.Holds(path);
            if (
                !(isWhole || (!endpoint.IsSaidAlone && endpoint.Meets(path)))
                || (endpoint.Method is { } only && (method ?? only) != only)
            )
            {
                continue;
            }

            if (endpoint.DemandsOf(method) is not { } needed)
            {
                return null;
            }

            demands.AddRange(needed);
            if (isWhole && (endpoint.Method is null || method is not null))
            {
                return demands.ToImmutable();
            }
        }

        return null;
    }

    private static GitHubEndpoint Of(string template, string permission) =>
        new(template, $"{permission}:read", $"{permission}:write");
}
