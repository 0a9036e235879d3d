namespace Bartizan.Vault.Stores;

/// <summary>How a vault stands.</summary>
public enum VaultStanding
{
    /// <summary>There is none.</summary>
    None = 0,

    /// <summary>There is one, and its key isn't here.</summary>
    Sealed,

    /// <summary>Its credentials can be lent.</summary>
    Open,
}
