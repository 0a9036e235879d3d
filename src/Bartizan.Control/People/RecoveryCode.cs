using System.Security.Cryptography;
using System.Text;

namespace Bartizan.Control.People;

/// <summary>Codes of chance that count once: in place of a lost authenticator, to set an account up, to break the glass.</summary>
public static class RecoveryCode
{
    private const int Bytes = 15;
    private const int Group = 6;

    /// <summary>Makes one: 120 bits, in groups that people can type.</summary>
    public static string Make() =>
        string.Join(
            '-',
            Base32
                .Write(RandomNumberGenerator.GetBytes(Bytes))
                .ToLowerInvariant()
                .Chunk(Group)
                .Select(one => new string(one))
        );

    /// <summary>What is kept of it: with that much chance nobody finds it from its hash.</summary>
    public static byte[] HashOf(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return SHA256.HashData(
            Encoding.UTF8.GetBytes(code.Replace("-", "", StringComparison.Ordinal).Trim().ToLowerInvariant())
        );
    }

    /// <summary>True when a code is the one that a hash was kept of.</summary>
    public static bool Fits(string code, byte[]? hash) =>
        hash is not null && CryptographicOperations.FixedTimeEquals(HashOf(code), hash);
}
