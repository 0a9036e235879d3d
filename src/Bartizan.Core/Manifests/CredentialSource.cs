namespace Bartizan.Core.Manifests;

/// <summary>One credential of a manifest.</summary>
/// <param name="Name">The name that rules and upstreams use.</param>
/// <param name="Origin">Where it comes from.</param>
/// <param name="Locator">The variable's name, or the file's path (absolute, or relative to the manifest), or the vault's path.</param>
public sealed record CredentialSource(string Name, CredentialOrigin Origin, string Locator)
{
    /// <summary>How long one lease of a <c>vault:</c> credential lasts; null for the session.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>Where it goes in a request of the agent's that a rule injects it into; a bearer token, when nothing is said.</summary>
    public CredentialPlace Place { get; init; } = CredentialPlace.Bearer;

    /// <summary>The variable by which the agent gets a placeholder in its place; null for none.</summary>
    public string? Variable { get; init; }

    /// <summary>What the placeholder looks like.</summary>
    public PlaceholderShape Shape { get; init; }

    /// <summary>Why the agent's work needs it.</summary>
    public string? Why { get; init; }

    /// <summary>The threat it counters, for reports.</summary>
    public string? Counters { get; init; }
}
