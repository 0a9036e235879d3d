using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Vault.Providers;

/// <summary>What a provider is asked to issue.</summary>
/// <param name="Path">The path.</param>
/// <param name="Parameters">What it is told beside.</param>
/// <param name="Fields">The fields that are kept of the answer; the others are let go of.</param>
internal sealed record ProviderAsk(
    string Path,
    ImmutableSortedDictionary<string, string> Parameters,
    ImmutableArray<string> Fields
)
{
    /// <summary>For how long it is wanted; null where the manifest doesn't say.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>The same for the same thing: two fields of it are one lease.</summary>
    public string Key => string.Join('\n', Parameters.Select(one => $"{one.Key}={one.Value}").Prepend(Path));

    /// <summary>
    /// What is asked for one credential. Two fields of one lease are one account there: what any credential needs of it is kept with the
    /// first, and the shortest time counts for all.
    /// </summary>
    public static ProviderAsk Of(CredentialSource source, ProviderPlace place, IEnumerable<CredentialSource> all)
    {
        var same = SharedLease.Of(source, all);
        return new ProviderAsk(
            place.Path,
            source.Parameters,
            [
                .. same.Select(one => ProviderPlace.Read(one.Locator)!.Field)
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal),
            ]
        )
        {
            Ttl = same.Min(one => one.Ttl),
        };
    }
}
