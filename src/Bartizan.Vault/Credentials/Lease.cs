using Bartizan.Core.Ports;

namespace Bartizan.Vault.Credentials;

/// <summary>A lent secret. It ends when given back, or with its session.</summary>
internal sealed class Lease(string handle, Secret secret, Action? givenBack = null) : ILease
{
    private Secret? _secret = secret;

    public string Handle { get; } = handle;

    public void Apply(Action<ReadOnlyMemory<char>> use)
    {
        var lent = Volatile.Read(ref _secret);
        ObjectDisposedException.ThrowIf(lent is null, this);
        lent.Use(use);
    }

    // The secret itself belongs to the session or its loan, and is zeroed with that.
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _secret, null) is not null)
        {
            givenBack?.Invoke();
        }
    }

    public override string ToString() => $"{Handle}: ***";
}
