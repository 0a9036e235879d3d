using System.Globalization;
using System.Security.Cryptography;

namespace Bartizan.Vault.Providers;

/// <summary>
/// What a role is signed in with instead of a password: the salted password of SCRAM-SHA-256 (RFC 5802, RFC 7677) itself, drawn at random.
/// The server is given what it checks by, so that no statement, no log of the server's and no manager there holds what signs in. 32 random
/// bytes need no rounds to be hard to guess.
/// </summary>
public sealed class RoleKeys : IDisposable
{
    private const int KeyBytes = 32;

    private const int SaltBytes = 16;

    // PINNED so that the collector leaves no copy behind.
    private readonly byte[] _salted = GC.AllocateUninitializedArray<byte>(KeyBytes, pinned: true);
    private bool _disposed;

    /// <summary>Draws them.</summary>
    public RoleKeys()
        : this(RandomNumberGenerator.GetBytes(KeyBytes), RandomNumberGenerator.GetBytes(SaltBytes)) { }

    internal RoleKeys(byte[] salted, byte[] salt)
    {
        salted.CopyTo(_salted, 0);
        CryptographicOperations.ZeroMemory(salted);
        Salt = Convert.ToBase64String(salt);
    }

    /// <summary>The rounds that the server is told; as many as it takes itself, so that nobody can tell the role by them.</summary>
    public const int Rounds = 4096;

    /// <summary>The salt, in base64.</summary>
    public string Salt { get; }

    /// <summary>What the server checks by, as <c>CREATE ROLE … PASSWORD</c> takes it.</summary>
    public string Verifier
    {
        get
        {
            var client = HMACSHA256.HashData(_salted, "Client Key"u8);
            var stored = Convert.ToBase64String(SHA256.HashData(client));
            var server = Convert.ToBase64String(HMACSHA256.HashData(_salted, "Server Key"u8));
            CryptographicOperations.ZeroMemory(client);
            return string.Create(CultureInfo.InvariantCulture, $"SCRAM-SHA-256${Rounds}:{Salt}${stored}:{server}");
        }
    }

    /// <summary>Uses the salted password.</summary>
    public void Apply(Action<ReadOnlySpan<byte>> use)
    {
        ArgumentNullException.ThrowIfNull(use);
        ObjectDisposedException.ThrowIf(_disposed, this);
        use(_salted);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_salted);
    }
}
