using Bartizan.Log;
using Bartizan.Vault.Stores;

namespace Bartizan.Daemon.Vaults;

/// <summary>The vault's file in the state directory: written beside, synced and renamed.</summary>
internal sealed class VaultDisk(string folder) : IVaultDisk
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private string Place => Path.Combine(folder, "sealed");

    /// <inheritdoc/>
    public byte[]? Read()
    {
        try
        {
            return File.ReadAllBytes(Place);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Replace(ReadOnlySpan<byte> content) => DurableFile.Replace(Place, content, OwnerOnly);
}
