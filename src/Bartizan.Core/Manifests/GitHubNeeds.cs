using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Manifests;

/// <summary>
/// What the rules of a manifest need of one token of a GitHub App: which repositories, and which permissions of them. It is at least what
/// the rules let through: what is denied beside them isn't taken away.
/// </summary>
internal sealed record GitHubNeeds
{
    /// <summary>The key of <c>params</c> with the repositories.</summary>
    public const string RepositoriesKey = "repositories";

    /// <summary>The key of <c>params</c> with the permissions.</summary>
    public const string PermissionsKey = "permissions";

    /// <summary>What each pattern of each rule does.</summary>
    public required ImmutableArray<GitHubUse> Uses { get; init; }

    /// <summary>True when something else than rules is given it, too.</summary>
    public bool IsUsedElsewhere { get; private init; }

    /// <summary>Why the repositories can't be bounded, as a sentence; null when they are.</summary>
    public string? WhyAnyRepository { get; private init; }

    /// <summary>Why the permissions can't be bounded, as a sentence; null when they are.</summary>
    public string? WhyAnyPermission { get; private init; }

    /// <summary>The repositories, without their owner, as far as they are named.</summary>
    public ImmutableArray<string> Repositories { get; private init; } = [];

    /// <summary>The least permissions, as far as they are known.</summary>
    public ImmutableSortedDictionary<string, string> Permissions { get; private init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>What the rules need of a credential; null where it is no token of a GitHub App.</summary>
    public static GitHubNeeds? Of(Manifest manifest, CredentialSource source)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(source);
        if (
            source.Origin != CredentialOrigin.Provider
            || ProviderPlace.Read(source.Locator) is not { } place
            || manifest.Providers.GetValueOrDefault(place.Provider) is not { Kind: ProviderKind.GitHub } provider
        )
        {
            return null;
        }

        var places = GitHubPlace.Of(provider.Url);
        var rules = manifest
            .Layers[^1]
            .Rules.Where(rule => rule.Credential == source.Name && rule.Effect is Effect.Allow or Effect.Ask);
        ImmutableArray<GitHubUse> uses = [.. rules.SelectMany(rule => GitHubUse.Of(rule, places))];
        var other = OtherOf(manifest, source);
        var whole =
            other is not null ? $"{other} is given it, and what that asks for isn't known"
            : uses.IsEmpty ? $"no rule says `with: {source.Name}`"
            : null;
        return new GitHubNeeds
        {
            Uses = uses,
            IsUsedElsewhere = other is not null,
            WhyAnyRepository = whole ?? WhyOwners(uses) ?? Why(uses, use => use.WhyAnyRepository),
            WhyAnyPermission = whole ?? Why(uses, use => use.WhyAnyPermission),
            Repositories =
            [
                .. uses.Select(use => use.Repository)
                    .OfType<string>()
                    .Distinct(StringComparer.OrdinalIgnoreCase)
                    .Order(StringComparer.OrdinalIgnoreCase),
            ],
            Permissions = LeastOf([.. uses.SelectMany(use => use.Demands ?? [])]),
        };
    }

    /// <summary>
    /// A manifest whose tokens of GitHub Apps are asked for what the rules need, where the file doesn't say and the rules bound it.
    /// </summary>
    public static Manifest Fill(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var credentials = manifest.Credentials;
        foreach (var source in manifest.Credentials.Values)
        {
            if (Of(manifest, source) is { } needs)
            {
                credentials = credentials.SetItem(
                    source.Name,
                    source with
                    {
                        Parameters = needs.Fill(source.Parameters),
                    }
                );
            }
        }

        return manifest with
        {
            Credentials = credentials,
        };
    }

    private ImmutableSortedDictionary<string, string> Fill(ImmutableSortedDictionary<string, string> said)
    {
        if (WhyAnyRepository is null && !said.ContainsKey(RepositoriesKey))
        {
            said = said.Add(RepositoriesKey, string.Join(' ', Repositories));
        }

        return WhyAnyPermission is null && !said.ContainsKey(PermissionsKey)
            ? said.Add(PermissionsKey, TextOf(Permissions))
            : said;
    }

    /// <summary>Permissions as <c>params</c> has them.</summary>
    public static string TextOf(IEnumerable<KeyValuePair<string, string>> permissions) =>
        string.Join(' ', permissions.Select(one => $"{one.Key}:{one.Value}"));

    // What is met by either of two is met by what is needed anyway, or by the usual one.
    private static ImmutableSortedDictionary<string, string> LeastOf(ImmutableArray<GitHubDemand> demands)
    {
        var least = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var demand in demands.OrderBy(demand => demand.AnyOf.Length))
        {
            if (!demand.IsMetBy(least))
            {
                least[demand.AnyOf[0].Name] = demand.AnyOf[0].Level;
            }
        }

        if (least.Count == 0)
        {
            least[GitHubPermission.Metadata.Name] = GitHubPermission.Metadata.Level;
        }

        return least.ToImmutable();
    }

    private static string? OtherOf(Manifest manifest, CredentialSource source) =>
        NameOf("upstream", manifest.Models.Values.Where(m => m.Credential == source.Name).Select(m => m.Name))
        ?? NameOf(
            "server",
            manifest
                .Servers.Values.Where(s =>
                    s.Credential == source.Name || s.Credentials.Values.Contains(source.Name, StringComparer.Ordinal)
                )
                .Select(s => s.Name)
        )
        ?? NameOf("database", manifest.Databases.Values.Where(d => d.Credential == source.Name).Select(d => d.Name))
        ?? NameOf("Git host", manifest.Git.Values.Where(g => g.Credential == source.Name).Select(g => g.Name));

    private static string? NameOf(string what, IEnumerable<string> names) =>
        names.Order(StringComparer.Ordinal).FirstOrDefault() is { } name ? $"the {what} `{name}`" : null;

    private static string? WhyOwners(ImmutableArray<GitHubUse> uses) =>
        uses.Select(use => use.Owner).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).Take(2).ToList()
            is [var one, var other]
            ? $"its rules name repositories of `{Policies.Policy.Shown(one)}` and of `{Policies.Policy.Shown(other)}`, and an installation has one owner"
            : null;

    private static string? Why(ImmutableArray<GitHubUse> uses, Func<GitHubUse, string?> why) =>
        uses.FirstOrDefault(use => why(use) is not null) is { } wide
            ? $"`{SourceTree.Quote(wide.Rule.Text)}` ({wide.Rule.Position}) {why(wide)}"
            : null;
}
