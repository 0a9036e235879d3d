namespace Bartizan.Client.Providers;

/// <summary>A person's sign-in to a provider on another device: first it is begun, then its end is waited for.</summary>
public sealed record SignInRequest
{
    /// <summary>The manifest's absolute path.</summary>
    public required string Manifest { get; init; }

    /// <summary>The provider's name there.</summary>
    public required string Provider { get; init; }

    /// <summary>Scopes that are asked for beside those of the manifest's credentials.</summary>
    public string Scope { get; init; } = "";

    /// <summary>The <c>env:</c> credentials of the manifest, by the variables' names.</summary>
    public IReadOnlyDictionary<string, string> Credentials { get; init; } = new Dictionary<string, string>();

    /// <summary>Which of them is waited for; null to begin one.</summary>
    public string? Ticket { get; init; }
}
