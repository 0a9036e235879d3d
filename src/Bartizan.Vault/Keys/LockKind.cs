namespace Bartizan.Vault.Keys;

/// <summary>Where the key that opens a vault comes from.</summary>
public enum LockKind
{
    /// <summary>Nowhere.</summary>
    Unknown = 0,

    /// <summary>A file of 32 random bytes.</summary>
    KeyFile = 1,

    /// <summary>A credential that the service manager hands to the daemon, in <c>$CREDENTIALS_DIRECTORY</c>.</summary>
    ServiceCredential = 2,

    /// <summary>A passphrase that a person gives.</summary>
    Passphrase = 3,

    /// <summary>Shares, of which a few together are the key.</summary>
    Shares = 4,
}
