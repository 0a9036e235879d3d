namespace Bartizan.Vault.Stores;

/// <summary>Where a vault's file lies: the daemon's disk, or a test's that fails at any step.</summary>
public interface IVaultDisk
{
    /// <summary>The file as it stands; null when there is none.</summary>
    byte[]? Read();

    /// <summary>Puts another in its place. When it returns that is durable; when it throws, the old or the new one stands whole.</summary>
    void Replace(ReadOnlySpan<byte> content);
}
