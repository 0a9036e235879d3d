using Bartizan.Core.Ports;

namespace Bartizan.Vault.Credentials;

/// <summary>A lent secret. It ends when given back, or with its session.</summary>
internal sealed class Lease(string handle, Secret secret) : ILease
{
    private Secret? _secret = secret;

    public string Handle { get; } = handle;

    public void Apply(Action<ReadOnlyMemory<char>> use)
    {
        var lent = Volatile.Read(ref _secret);
        ObjectDisposedException.ThrowIf(lent is null, this);
        lent.Use(use);
    }

    // The secret itself belongs to the session, and is zeroed with it.
    public void Dispose() => Volatile.Write(ref _secret, null);

    public override string ToString() => $"{Handle}: ***";
}
