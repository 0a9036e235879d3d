using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>One address where a GitHub has repositories: its API, its Git over https, or its files.</summary>
/// <param name="Address">The scheme, the host and the port.</param>
/// <param name="Prefix">What stands before the owner's name in a path.</param>
/// <param name="Endpoints">What stands below a repository's.</param>
internal sealed record GitHubPlace(Uri Address, ImmutableArray<string> Prefix, ImmutableArray<GitHubEndpoint> Endpoints)
{
    private const string PublicApi = "api.github.com";

    private const string TenantApi = "api.";

    private const string TenantSuffix = ".ghe.com";

    private const string ApiFolder = "api";

    private const string EnterprisePath = "/api/v3";

    /// <summary>The public GitHub.</summary>
    public static Uri Public { get; } = new($"https://{PublicApi}");

    /// <summary>True where Git is spoken: a repository's name may end in <c>.git</c>.</summary>
    public bool IsGit => Endpoints == GitHubEndpoints.Git;

    /// <summary>The places of a GitHub, by the address of its API; those whose paths begin with more stand first.</summary>
    public static ImmutableArray<GitHubPlace> Of(Uri api)
    {
        ArgumentNullException.ThrowIfNull(api);
        var path = api.AbsolutePath.Trim('/');
        ImmutableArray<string> prefix = path.Length == 0 ? ["repos"] : [.. path.Split('/'), "repos"];
        var own = new GitHubPlace(api, prefix, GitHubEndpoints.Api);
        if (api.Host == PublicApi)
        {
            return
            [
                own,
                At("uploads.github.com", ["repos"], GitHubEndpoints.Api),
                At("github.com", [], GitHubEndpoints.Git),
                At("raw.githubusercontent.com", [], GitHubEndpoints.Files),
                At("codeload.github.com", [], GitHubEndpoints.Files),
            ];
        }

        if (
            api.Host.StartsWith(TenantApi, StringComparison.Ordinal)
            && api.Host.EndsWith(TenantSuffix, StringComparison.Ordinal)
        )
        {
            var tenant = api.Host[TenantApi.Length..];
            return [own, At($"uploads.{tenant}", ["repos"], GitHubEndpoints.Api), At(tenant, [], GitHubEndpoints.Git)];
        }

        return api.AbsolutePath.TrimEnd('/') == EnterprisePath
            ? [own, own with { Prefix = [ApiFolder, "uploads", "repos"] }, new(api, [], GitHubEndpoints.Git)]
            : [own];
    }

    /// <summary>True when a rule is about the host and the port of it.</summary>
    public bool IsOf(HttpPattern pattern) =>
        HostName.TryParse(Address.Host.Trim('[', ']'), out var host, out _)
        && pattern.Host.Exact is { } exact
        && exact.Equals(host)
        && (pattern.Scheme ?? Address.Scheme) == Address.Scheme
        && (pattern.Port ?? Address.Port) == Address.Port;

    /// <summary>What of a rule's path comes after the prefix; null where the path doesn't begin with it, or may begin otherwise.</summary>
    public Glob?[]? After(SegmentPattern path) =>
        // An Enterprise Server has its API below the same address.
        (!IsGit || path.Segments[0] is { IsLiteral: true, Text: not ApiFolder })
        && path.Segments.Count >= Prefix.Length
        && Prefix.Select((word, i) => IsWord(path.Segments[i], word)).All(fits => fits)
            ? [.. path.Segments.Skip(Prefix.Length)]
            : null;

    private static bool IsWord(Glob? segment, string word) => segment is { IsLiteral: true } && segment.Text == word;

    private static GitHubPlace At(
        string host,
        ImmutableArray<string> prefix,
        ImmutableArray<GitHubEndpoint> endpoints
    ) => new(new Uri($"https://{host}"), prefix, endpoints);
}
