namespace Bartizan.Client.Sessions;

/// <summary>Opens a session for an agent that runs elsewhere.</summary>
public sealed record AttachRequest
{
    /// <summary>The manifest's absolute path.</summary>
    public required string Manifest { get; init; }

    /// <summary>The values of the manifest's <c>env:</c> credentials, by variable.</summary>
    public IReadOnlyDictionary<string, string> Credentials { get; init; } = new Dictionary<string, string>();

    /// <summary>How long the session lives.</summary>
    public required TimeSpan Ttl { get; init; }

    /// <summary>True to open it although rules of the manifest need a sandbox; an entry says so.</summary>
    public bool AcceptUnsandboxed { get; init; }

    /// <summary>The token of the end user that the session acts for; null for none.</summary>
    public string? UserToken { get; init; }

    /// <summary>The record prints only its shape.</summary>
    public override string ToString() => $"attach of {Manifest}";
}
