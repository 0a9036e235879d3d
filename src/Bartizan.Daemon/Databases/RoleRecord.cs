using Bartizan.Core.Manifests;

namespace Bartizan.Daemon.Databases;

/// <summary>A role that was made, or is about to be: what whoever drops it after a crash has to know. No secret is in it.</summary>
internal sealed record RoleRecord
{
    /// <summary>The role.</summary>
    public required string Role { get; init; }

    /// <summary>The session that it was lent to.</summary>
    public required string Session { get; init; }

    /// <summary>The agent's name: the vault lends by it.</summary>
    public required string Agent { get; init; }

    /// <summary>The database's name in the manifest.</summary>
    public required string Database { get; init; }

    /// <summary>Its address.</summary>
    public required string Url { get; init; }

    /// <summary>The authority of its server.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>Where the credential of the role that makes roles comes from.</summary>
    public required CredentialOrigin Origin { get; init; }

    /// <summary>The credential's name.</summary>
    public required string Credential { get; init; }

    /// <summary>Its place.</summary>
    public required string Locator { get; init; }

    /// <summary>Where relative paths start.</summary>
    public required string Folder { get; init; }

    /// <summary>The record of a role.</summary>
    public static RoleRecord Of(
        string role,
        string session,
        string agent,
        ToolDatabase database,
        CredentialSource source,
        string folder
    ) =>
        new()
        {
            Role = role,
            Session = session,
            Agent = agent,
            Database = database.Name,
            Url = database.Url.OriginalString,
            CertificateAuthority = database.CertificateAuthority,
            Origin = source.Origin,
            Credential = source.Name,
            Locator = source.Locator,
            Folder = folder,
        };

    /// <summary>The database, as far as it has to be known to drop the role.</summary>
    public ToolDatabase ToDatabase() =>
        new()
        {
            Name = Database,
            Url = new Uri(Url),
            Credential = Credential,
            CertificateAuthority = CertificateAuthority,
        };

    /// <summary>The credential.</summary>
    public CredentialSource ToSource() => new(Credential, Origin, Locator);
}
