namespace Bartizan.Core.Ports;

/// <summary>A credential lent to one session for a time. It applies itself; it can't be printed.</summary>
public interface ILease : IDisposable
{
    /// <summary>The handle that entries name it by.</summary>
    string Handle { get; }

    /// <summary>Hands the secret to the code that puts it into an outgoing request, once.</summary>
    /// <exception cref="ObjectDisposedException">When the lease was revoked or given back.</exception>
    void Apply(Action<ReadOnlyMemory<char>> use);

    /// <summary>
    /// Hands over what was issued with the secret and is nothing without it: the id of a key, the token of its session. False where there
    /// is no such thing.
    /// </summary>
    /// <exception cref="ObjectDisposedException">When the lease was revoked or given back.</exception>
    bool ApplyPart(string name, Action<ReadOnlyMemory<char>> use) => false;
}
