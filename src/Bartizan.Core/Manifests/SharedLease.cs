using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>
/// Credentials that a provider is asked for at once: the fields of one lease, whose time is the shortest that any of them has.
/// </summary>
public static class SharedLease
{
    /// <summary>All that are one lease with a credential, itself among them; it alone where no provider issues it.</summary>
    public static ImmutableArray<CredentialSource> Of(CredentialSource source, IEnumerable<CredentialSource> all)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(all);
        return PlaceOf(source) is not { } place
            ? [source]
            :
            [
                .. all.Where(one =>
                    PlaceOf(one) is { } other
                    && other.Provider == place.Provider
                    && other.Path == place.Path
                    && one.Parameters.SequenceEqual(source.Parameters)
                ),
            ];
    }

    /// <summary>How long a lease of a credential is asked for; null where none of those that share it says.</summary>
    public static TimeSpan? TtlOf(CredentialSource source, IEnumerable<CredentialSource> all) =>
        Of(source, all).Min(one => one.Ttl);

    private static ProviderPlace? PlaceOf(CredentialSource source) =>
        source.Origin == CredentialOrigin.Provider ? ProviderPlace.Read(source.Locator) : null;
}
