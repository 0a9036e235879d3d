using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Bartizan.Core.Manifests;

namespace Bartizan.Vault.Providers.GitHub;

/// <summary>What GitHub says of an installation's token beside the token itself.</summary>
/// <param name="Ends">When it ends; null where that isn't said.</param>
/// <param name="IsSelected">True when it is for some repositories, and not for all.</param>
/// <param name="Repositories">Their names; null where they aren't said.</param>
/// <param name="Permissions">What it may do; null where that isn't said.</param>
internal sealed record GitHubAnswer(
    DateTimeOffset? Ends,
    bool IsSelected,
    ImmutableArray<string>? Repositories,
    ImmutableSortedDictionary<string, string>? Permissions
)
{
    /// <summary>How long a token lives there.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(1);

    /// <summary>How far its clock may be from ours.</summary>
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(5);

    public static GitHubAnswer Read(JsonElement said)
    {
        var repositories = ProviderReply.PartOf(said, "repositories");
        var permissions = ProviderReply.PartOf(said, "permissions");
        return new GitHubAnswer(
            DateTimeOffset.TryParse(
                ProviderReply.TextOf(said, "expires_at"),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var ends
            )
                ? ends
                : null,
            ProviderReply.TextOf(said, "repository_selection") == "selected",
            repositories.ValueKind == JsonValueKind.Array
                ? [.. repositories.EnumerateArray().Select(one => ProviderReply.TextOf(one, "name") ?? "?")]
                : null,
            permissions.ValueKind == JsonValueKind.Object
                ? permissions
                    .EnumerateObject()
                    .ToImmutableSortedDictionary(
                        one => one.Name,
                        one => ProviderReply.TextOf(one.Value) ?? "?",
                        StringComparer.Ordinal
                    )
                : null
        );
    }

    /// <summary>In what it is wider than what was asked for; null when it isn't. What isn't said counts as wider.</summary>
    public string? WiderThan(
        ImmutableArray<string> repositories,
        ImmutableSortedDictionary<string, string> permissions,
        DateTimeOffset now
    )
    {
        if (!IsSelected || Repositories is not { } given)
        {
            return "is for every repository of the installation, or doesn't say for which";
        }

        var other = given.FirstOrDefault(one => !repositories.Contains(one, StringComparer.OrdinalIgnoreCase));
        if (other is not null)
        {
            return $"reaches the repository `{ProviderWords.Of(other)}`, which wasn't asked for";
        }

        if (Permissions is not { } may)
        {
            return "doesn't say what it may do";
        }

        foreach (var (name, level) in may)
        {
            if (LevelOf(level) > LevelOf(AskedOf(permissions, name)))
            {
                return $"has the permission `{ProviderWords.Of(name)}: {ProviderWords.Of(level)}`, which wasn't asked for";
            }
        }

        return Ends > now + Life + s_skew ? "counts for more than an hour" : null;
    }

    // GitHub gives every token the names of what it reaches.
    private static string AskedOf(ImmutableSortedDictionary<string, string> permissions, string name) =>
        permissions.GetValueOrDefault(name) ?? (name == "metadata" ? "read" : "none");

    // A level that nobody knows is above all that are known.
    private static int LevelOf(string level) => GitHubForm.RankOf(level) is >= 0 and var known ? known : int.MaxValue;
}
