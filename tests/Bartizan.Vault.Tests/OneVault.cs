using System.Text;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Vault.Keys;
using Bartizan.Vault.Sealing;
using Bartizan.Vault.Stores;

namespace Bartizan.Vault.Tests;

/// <summary>A vault of a test, with its disk, its key and its clock.</summary>
internal sealed class OneVault : IJournal, IDisposable
{
    public OneVault()
    {
        Vault = new SealedVault(Disk, Clock);
        Vault.Create(new VaultLock { Kind = LockKind.KeyFile, Place = "k" }, Key);
    }

    public MemoryDisk Disk { get; } = new();

    public KeyBytes Key { get; } = KeyBytes.Random(SealedBox.KeyBytes);

    public GivenTime Clock { get; } = new();

    public SealedVault Vault { get; }

    public List<Entry> Entries { get; } = [];

    /// <summary>What the log knows after the last acknowledged change.</summary>
    public VaultMark Known => Vault.Mark;

    public int Set(string path, string value, VaultTerms? terms = null) =>
        Vault.Write(path, Encoding.UTF8.GetBytes(value), terms ?? VaultTerms.Open, null);

    public int Rotate(string path, string value, TimeSpan grace) =>
        Vault.Write(path, Encoding.UTF8.GetBytes(value), VaultTerms.Open, grace);

    /// <summary>Another vault over the same disk, as after a start.</summary>
    public SealedVault Again(byte[]? content = null) =>
        new(content is null ? Disk : new MemoryDisk { Content = content }, Clock);

    public static string Read(SealedVault vault, string path, string agent = "triage", Uri? to = null)
    {
        var text = "";
        using var secret = vault.Take("key", path, agent, to).Secret;
        secret.Use(value => text = value.ToString());
        return text;
    }

    /// <summary>True for a log that takes nothing.</summary>
    public bool IsFull { get; set; }

    /// <summary>What happens while an entry is written.</summary>
    public Action? Meanwhile { get; set; }

    public ValueTask<long> AppendAsync(Entry entry, CancellationToken cancellationToken)
    {
        if (IsFull)
        {
            throw new IOException("the disk is full");
        }

        Entries.Add(entry);
        Meanwhile?.Invoke();
        return ValueTask.FromResult((long)Entries.Count);
    }

    public ValueTask PostAsync(Entry entry, CancellationToken cancellationToken)
    {
        Entries.Add(entry);
        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        Vault.Dispose();
        Key.Dispose();
    }
}
