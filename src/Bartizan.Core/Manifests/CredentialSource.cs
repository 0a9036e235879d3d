using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>One credential of a manifest.</summary>
/// <param name="Name">The name that rules and upstreams use.</param>
/// <param name="Origin">Where it comes from.</param>
/// <param name="Locator">
/// The variable's name, or the file's path (absolute, or relative to the manifest), or the vault's path, or an audience, or a place of a
/// provider.
/// </param>
public sealed record CredentialSource(string Name, CredentialOrigin Origin, string Locator)
{
    /// <summary>
    /// How long one lease of a <c>vault:</c> credential lasts, null for the session; or one of a <c>provider:</c>, null for as it says; or
    /// a token of <c>identity:</c>, null for ten minutes.
    /// </summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>How long a token of <c>identity:</c> lives, when nothing is said.</summary>
    public static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(10);

    /// <summary>How long a value that a provider keeps is used before it is asked for again, when nothing is said.</summary>
    public static readonly TimeSpan ReadAgain = TimeSpan.FromMinutes(5);

    /// <summary>True when one lease of it may last longer than one of the same credential by other terms.</summary>
    public bool OutlivesItself(CredentialSource other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Origin switch
        {
            CredentialOrigin.Identity => (Ttl ?? TokenLife) > (other.Ttl ?? TokenLife),

            // Whether there is a lease, which lasts as long as it may, or a value, the provider says.
            CredentialOrigin.Provider when other.Ttl is null => Ttl > ReadAgain,
            _ => other.Ttl is { } shorter && (Ttl is not { } longer || longer > shorter),
        };
    }

    /// <summary>Where it goes in a request of the agent's that a rule injects it into; a bearer token, when nothing is said.</summary>
    public CredentialPlace Place { get; init; } = CredentialPlace.Bearer;

    /// <summary>The variable by which the agent gets a placeholder in its place; null for none.</summary>
    public string? Variable { get; init; }

    /// <summary>What the placeholder looks like.</summary>
    public PlaceholderShape Shape { get; init; }

    /// <summary>What a provider is told beside the path.</summary>
    public ImmutableSortedDictionary<string, string> Parameters { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Why the agent's work needs it.</summary>
    public string? Why { get; init; }

    /// <summary>The threat it counters, for reports.</summary>
    public string? Counters { get; init; }
}
