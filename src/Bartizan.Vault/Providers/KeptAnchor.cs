namespace Bartizan.Vault.Providers;

/// <summary>Something that was issued and that can be revoked alone: what the book knows of it, and by what it is revoked.</summary>
internal sealed class KeptAnchor(ProviderRecord record, Secret value) : IAsyncDisposable
{
    private int _taken;

    public ProviderRecord Record => record;

    public Secret Value => value;

    /// <summary>True once: whoever is told revokes it.</summary>
    public bool Take() => Interlocked.Exchange(ref _taken, 1) == 0;

    public ValueTask DisposeAsync()
    {
        value.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Never the value.</summary>
    public override string ToString() => record.Id;
}
