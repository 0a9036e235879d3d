using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>What a request needs of a token: one of these permissions.</summary>
/// <param name="AnyOf">Each of them is enough; the first is the usual one.</param>
internal sealed record GitHubDemand(ImmutableArray<GitHubPermission> AnyOf)
{
    /// <summary>
    /// Reads demands that all must be met, with blanks between: <c>pages:write administration:write</c>,
    /// <c>issues:read|pull_requests:read</c>.
    /// </summary>
    public static ImmutableArray<GitHubDemand> ReadAll(string text) =>
        [
            .. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(one => new GitHubDemand([.. one.Split('|').Select(GitHubPermission.Read)])),
        ];

    /// <summary>True when these permissions are enough.</summary>
    public bool IsMetBy(IReadOnlyDictionary<string, string> permissions) =>
        AnyOf.Any(permission => permission.IsIn(permissions));

    /// <inheritdoc/>
    public override string ToString() => string.Join(" or ", AnyOf.Select(permission => $"`{permission}`"));
}
