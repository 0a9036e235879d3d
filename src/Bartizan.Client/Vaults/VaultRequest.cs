namespace Bartizan.Client.Vaults;

/// <summary>Something that is asked of the vault. Secrets in it are bytes, so that both ends can wipe them.</summary>
public sealed record VaultRequest
{
    /// <summary>What is asked.</summary>
    public required VaultVerb Verb { get; init; }

    /// <summary>The credential's path.</summary>
    public string? Path { get; init; }

    /// <summary>The value, UTF-8.</summary>
    public byte[]? Value { get; init; }

    /// <summary>The agents that may be lent it; none for any.</summary>
    public IReadOnlyList<string> Agents { get; init; } = [];

    /// <summary>True when any agent may be lent it from now on; else a next version has the agents of the one before.</summary>
    public bool AnyAgent { get; init; }

    /// <summary>The hosts, with a port other than 443, that it may be sent to; none for any.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>True when it may be sent to any host from now on; else a next version has the hosts of the one before.</summary>
    public bool AnyHost { get; init; }

    /// <summary>True when it has no end from now on; else a next version has that of the one before.</summary>
    public bool NoExpiry { get; init; }

    /// <summary>From when on it isn't lent any more.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Seconds after which it is to be rotated.</summary>
    public long? RotateEvery { get; init; }

    /// <summary>Seconds for which leases of the version before still hold.</summary>
    public long? Grace { get; init; }

    /// <summary>One version; all, when left out.</summary>
    public int? Version { get; init; }

    /// <summary>Why, for the log.</summary>
    public string? Why { get; init; }

    /// <summary>Where the key of a new lock comes from.</summary>
    public VaultKeySource Source { get; init; }

    /// <summary>The key file's path, or the service credential's name.</summary>
    public string? Place { get; init; }

    /// <summary>True when the key file is one that lies there already.</summary>
    public bool ExistingKey { get; init; }

    /// <summary>How many shares are made.</summary>
    public int Shares { get; init; }

    /// <summary>How many of them are the key.</summary>
    public int Threshold { get; init; }

    /// <summary>The passphrase, UTF-8, to open with or of a new lock.</summary>
    public byte[]? Passphrase { get; init; }

    /// <summary>A share, UTF-8, to open with.</summary>
    public byte[]? Share { get; init; }

    /// <summary>True when a person says that a file that the log doesn't know lies there on purpose.</summary>
    public bool AcceptOlder { get; init; }
}
