using Bartizan.Vault.Stores;

namespace Bartizan.Vault.Tests;

/// <summary>A disk in memory, that can fail before a write, after it, or in its midst.</summary>
internal sealed class MemoryDisk : IVaultDisk
{
    public byte[]? Content { get; set; }

    /// <summary>What happens at the next write; null for nothing.</summary>
    public DiskFault? Next { get; set; }

    public byte[]? Read() => Content?.ToArray();

    public void Replace(ReadOnlySpan<byte> content)
    {
        var fault = Next;
        Next = null;
        if (fault is DiskFault.Before)
        {
            throw new IOException("the disk is full");
        }

        Content = fault is DiskFault.Torn ? content[..(content.Length / 2)].ToArray() : content.ToArray();
        if (fault is not null)
        {
            throw new IOException("the disk is gone");
        }
    }
}
