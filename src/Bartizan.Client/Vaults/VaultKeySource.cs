namespace Bartizan.Client.Vaults;

/// <summary>Where the key of a vault comes from. The zero is no answer.</summary>
public enum VaultKeySource
{
    /// <summary>Not said.</summary>
    None = 0,

    /// <summary>A key file.</summary>
    KeyFile,

    /// <summary>A credential of the service manager.</summary>
    ServiceCredential,

    /// <summary>A passphrase.</summary>
    Passphrase,

    /// <summary>Shares.</summary>
    Shares,
}
