using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// Compares what two manifests ask one provider for at one place, by what they tell it beside the path. What can't be seen to be less is
/// more.
/// </summary>
internal static class IssuedProof
{
    /// <summary>True unless the first asks for the same as the second, or for less.</summary>
    public static bool AsksForMore(Manifest a, CredentialSource mine, CredentialSource theirs)
    {
        if (mine.Parameters.SequenceEqual(theirs.Parameters))
        {
            return false;
        }

        var place = ProviderPlace.Read(mine.Locator);
        var names = mine.Parameters.Keys.Union(theirs.Parameters.Keys, StringComparer.Ordinal);
        return a.Providers.GetValueOrDefault(place?.Provider ?? "")?.Kind switch
        {
            ProviderKind.Aws when place!.Path == "sts" => !IsLess(PoliciesOf(mine), PoliciesOf(theirs)),
            ProviderKind.GitHub => !IsLessOfGitHub(mine, theirs),
            ProviderKind.OAuth => names.Any(name =>
                mine.Parameters.GetValueOrDefault(name) != theirs.Parameters.GetValueOrDefault(name)
                // RFC 6749, 3.3: each scope adds to the others.
                && !(name == "scope" && IsPart(ScopesOf(mine), ScopesOf(theirs)))
            ),
            ProviderKind.Gcp when place!.Path == "token" => !IsPart(WordsOf(mine, "scope"), WordsOf(theirs, "scope")),
            ProviderKind.Kubernetes => names.Any(name =>
                mine.Parameters.GetValueOrDefault(name) != theirs.Parameters.GetValueOrDefault(name)
                && !(
                    name switch
                    {
                        "audiences" => IsPart(WordsOf(mine, name), WordsOf(theirs, name)),

                        // What a token is bound to is said in it, and a cluster may let it do something for that.
                        _ => false,
                    }
                )
            ),
            _ => true,
        };
    }

    // What a role's session may do is what the role may, one of its session policies allows, and none of them denies; without any, what
    // the role may. So one that is left out takes away what it allows, and gives back what it denies: what an ARN stands for isn't known.
    private static bool IsLess(ImmutableHashSet<string> mine, ImmutableHashSet<string> theirs) =>
        theirs.IsEmpty || mine.SetEquals(theirs) || (IsPart(mine, theirs) && theirs.Except(mine).All(OnlyAllows.Is));

    // Repositories have one name in every case. INVARIANT: where either says none, or none that can be read, nothing is proved.
    private static bool IsLessOfGitHub(CredentialSource mine, CredentialSource theirs)
    {
        var (own, other) = (GitHubForm.RepositoriesOf(mine.Parameters), GitHubForm.RepositoriesOf(theirs.Parameters));
        return !own.IsEmpty
            && own.All(one => other.Contains(one, StringComparer.OrdinalIgnoreCase))
            && GitHubForm.PermissionsOf(mine.Parameters) is { IsEmpty: false } may
            && GitHubForm.PermissionsOf(theirs.Parameters) is { IsEmpty: false } most
            && may.All(one => new GitHubPermission(one.Key, one.Value).IsIn(most))
            && mine.Parameters.Keys.All(key => key is GitHubNeeds.RepositoriesKey or GitHubNeeds.PermissionsKey);
    }

    // A scope is told from another by each letter, and by blanks alone.
    private static ImmutableHashSet<string> ScopesOf(CredentialSource source) =>
        [.. (source.Parameters.GetValueOrDefault("scope") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    private static bool IsPart(ImmutableHashSet<string> mine, ImmutableHashSet<string> theirs) =>
        !mine.IsEmpty && mine.IsSubsetOf(theirs);

    private static ImmutableHashSet<string> PoliciesOf(CredentialSource source) =>
        source.Parameters.GetValueOrDefault("policy") is { } policy
            ? WordsOf(source, "policy_arns").Add(policy)
            : WordsOf(source, "policy_arns");

    private static ImmutableHashSet<string> WordsOf(CredentialSource source, string name) =>
        [.. (source.Parameters.GetValueOrDefault(name) ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)];
}
