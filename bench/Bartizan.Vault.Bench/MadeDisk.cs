using Bartizan.Vault.Stores;

namespace Bartizan.Vault.Bench;

/// <summary>Where the vault that is measured is made: each of its credentials writes the whole file anew.</summary>
internal sealed class MadeDisk : IVaultDisk
{
    private byte[]? _content;

    public byte[]? Read() => _content;

    public void Replace(ReadOnlySpan<byte> content) => _content = content.ToArray();
}
