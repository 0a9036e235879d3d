using System.Collections.Immutable;
using Bartizan.Core.Ports;

namespace Bartizan.Vault.Credentials;

/// <summary>A lent secret. It ends when given back, or with its session.</summary>
internal sealed class Lease(string handle, Secret secret, Action? givenBack = null) : ILease
{
    private Secret? _secret = secret;
    private ImmutableDictionary<string, Lease> _parts = ImmutableDictionary<string, Lease>.Empty;

    public string Handle { get; } = handle;

    /// <summary>It, with what was issued together with it; they are given back together.</summary>
    public Lease With(ImmutableDictionary<string, Lease> parts)
    {
        _parts = parts;
        return this;
    }

    public bool ApplyPart(string name, Action<ReadOnlyMemory<char>> use)
    {
        if (!_parts.TryGetValue(name, out var part))
        {
            return false;
        }

        part.Apply(use);
        return true;
    }

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
            foreach (var part in _parts.Values)
            {
                part.Dispose();
            }
        }
    }

    public override string ToString() => $"{Handle}: ***";
}
