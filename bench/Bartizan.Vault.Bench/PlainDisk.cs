using Bartizan.Vault.Stores;

namespace Bartizan.Vault.Bench;

/// <summary>A file without the syncs: only reading is measured.</summary>
internal sealed class PlainDisk(string path) : IVaultDisk
{
    public byte[]? Read() => File.Exists(path) ? File.ReadAllBytes(path) : null;

    public void Replace(ReadOnlySpan<byte> content) => File.WriteAllBytes(path, content);
}
