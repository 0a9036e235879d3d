using System.Security.Cryptography;

namespace Bartizan.Vault.Keys;

/// <summary>
/// The bytes of a key or a secret: held where the garbage collector doesn't copy them, zeroed when disposed, never printed.
/// </summary>
public sealed class KeyBytes : IDisposable
{
    private readonly byte[] _bytes;

    internal KeyBytes(int length) => _bytes = GC.AllocateArray<byte>(length, pinned: true);

    /// <summary>Takes a copy; who had the original wipes it.</summary>
    public KeyBytes(ReadOnlySpan<byte> bytes)
        : this(bytes.Length) => bytes.CopyTo(_bytes);

    /// <summary>How many they are.</summary>
    public int Length => _bytes.Length;

    internal Span<byte> Span => _bytes;

    /// <summary>Fresh ones, from the system's generator.</summary>
    internal static KeyBytes Random(int length)
    {
        var key = new KeyBytes(length);
        RandomNumberGenerator.Fill(key._bytes);
        return key;
    }

    /// <summary>Never the bytes.</summary>
    public override string ToString() => "***";

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);
}
