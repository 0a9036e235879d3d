namespace Bartizan.Core.Ports;

/// <summary>
/// A role that a session was lent. It has no password: the proof of SCRAM-SHA-256 (RFC 7677) is made of keys that never leave this
/// process, and that no other way to sign in takes.
/// </summary>
public interface IDatabaseRole
{
    /// <summary>The role's name on the server, which the log names it by.</summary>
    string Role { get; }

    /// <summary>The salt that the server was given with it, in base64.</summary>
    string Salt { get; }

    /// <summary>The rounds that the server was given with it.</summary>
    int Rounds { get; }

    /// <summary>Fires when it is taken away.</summary>
    CancellationToken Revoked { get; }

    /// <summary>Uses the salted password, 32 bytes.</summary>
    /// <exception cref="ObjectDisposedException">It was taken away.</exception>
    void Apply(Action<ReadOnlySpan<byte>> use);
}
