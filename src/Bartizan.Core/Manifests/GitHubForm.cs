using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>A GitHub App, in a manifest: what it is asked for are tokens of one installation, for these repositories and no more.</summary>
public static class GitHubForm
{
    /// <summary>What every path begins with: the number of the installation follows.</summary>
    public const string Installations = "installations/";

    /// <summary>The only field that is lent.</summary>
    public const string Field = "token";

    /// <summary>How much of one permission there is, from nothing on.</summary>
    public static ImmutableArray<string> Levels { get; } = ["none", "read", "write", "admin"];

    /// <summary>How much a level is; -1 for one that nobody knows.</summary>
    public static int RankOf(string level) => Levels.IndexOf(level);

    /// <summary>What it takes.</summary>
    internal static ProviderForm Form { get; } =
        new()
        {
            Word = "github",
            Kind = ProviderKind.GitHub,
            SignIn = ["app"],
            Ways = ["app"],
            WaysHint = "Write `auth: { app: CLIENT_ID }`.",
            DefaultUrl = _ => "https://api.github.com",
            ProblemOfAsk = ProblemOfAsk,
        };

    /// <summary>The repositories that <c>params</c> name, without their owner; empty for none.</summary>
    public static ImmutableArray<string> RepositoriesOf(ImmutableSortedDictionary<string, string> parameters) =>
        WordsOf(parameters, GitHubNeeds.RepositoriesKey);

    /// <summary>The permissions that <c>params</c> name; null where they can't be read.</summary>
    public static ImmutableSortedDictionary<string, string>? PermissionsOf(
        ImmutableSortedDictionary<string, string> parameters
    )
    {
        var permissions = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var word in WordsOf(parameters, GitHubNeeds.PermissionsKey))
        {
            var parts = word.Split(':');
            if (
                parts.Length != 2
                || !parts[0].All(c => char.IsAsciiLetterLower(c) || c == '_')
                || parts[0].Length == 0
                || RankOf(parts[1]) < 1
                || !permissions.TryAdd(parts[0], parts[1])
            )
            {
                return null;
            }
        }

        return permissions.ToImmutable();
    }

    private static string? ProblemOfAsk(CredentialProvider provider, CredentialSource source, ProviderPlace place) =>
        !IsInstallation(place.Path) || place.Field != Field
            ? $"`{source.Name}` names something that a GitHub App doesn't lend: write `provider:{provider.Name}/{Installations}NUMBER#{Field}`"
        : source.Parameters.Keys.FirstOrDefault(key =>
            key is not (GitHubNeeds.RepositoriesKey or GitHubNeeds.PermissionsKey)
        )
            is { } other
            ? $"`params: {SourceTree.Quote(other)}` of `{source.Name}` isn't asked of a GitHub App: `repositories` and `permissions` are"
        : source.Parameters.ContainsKey(GitHubNeeds.RepositoriesKey) && RepositoriesOf(source.Parameters).IsEmpty
            ? $"`{source.Name}` would reach every repository of the installation: name them, as in `params: {{ repositories: \"shop docs\" }}`"
        : RepositoriesOf(source.Parameters).FirstOrDefault(one => !IsRepository(one)) is { } wrong
            ? $"`{SourceTree.Quote(wrong)}` of `{source.Name}` is no repository's name: write it without its owner"
        : source.Parameters.ContainsKey(GitHubNeeds.PermissionsKey)
        && PermissionsOf(source.Parameters) is not { IsEmpty: false }
            ? $"`{source.Name}` doesn't say what its token may do: write `params: {{ permissions: \"contents:read issues:write\" }}`"
        : null;

    private static bool IsInstallation(string path) =>
        path.StartsWith(Installations, StringComparison.Ordinal)
        && path[Installations.Length..] is { Length: > 0 and < 20 } number
        && number.All(char.IsAsciiDigit);

    /// <summary>True for the name of a repository, without its owner.</summary>
    public static bool IsRepository(string name) =>
        name is { Length: > 0 } and not ("." or "..")
        && name.Length <= 100
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static ImmutableArray<string> WordsOf(ImmutableSortedDictionary<string, string> parameters, string name) =>
        [.. (parameters.GetValueOrDefault(name) ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)];
}
