namespace Bartizan.Client.Vaults;

/// <summary>What is asked of the vault. There is no verb that reads a value.</summary>
public enum VaultVerb
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>How it stands.</summary>
    Status,

    /// <summary>What it holds, without values.</summary>
    List,

    /// <summary>Make one.</summary>
    Init,

    /// <summary>Open it.</summary>
    Unseal,

    /// <summary>Forget its key.</summary>
    Seal,

    /// <summary>Put another lock in front of it.</summary>
    Rekey,

    /// <summary>Write the first value of a credential.</summary>
    Set,

    /// <summary>Write its next value.</summary>
    Rotate,

    /// <summary>Destroy its values.</summary>
    Revoke,

    /// <summary>Take it away.</summary>
    Remove,
}
