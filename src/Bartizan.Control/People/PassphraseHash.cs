using System.Security.Cryptography;
using System.Text;

namespace Bartizan.Control.People;

/// <summary>
/// What is kept of a passphrase: PBKDF2 with HMAC-SHA-512 (RFC 8018), a salt of its own and the number of iterations that it was made
/// with, so that the number can grow.
/// </summary>
/// <param name="Iterations">How often.</param>
/// <param name="Salt">16 bytes.</param>
/// <param name="Hash">32 bytes.</param>
public sealed record PassphraseHash(int Iterations, byte[] Salt, byte[] Hash)
{
    /// <summary>Iterations of what is made now, as OWASP's password storage page has it for SHA-512.</summary>
    public const int Now = 210_000;

    /// <summary>Iterations of one that is read: more would make each sign-in a burden that a file can choose.</summary>
    public const int MaxIterations = 5_000_000;

    /// <summary>Characters of a passphrase.</summary>
    public const int MaxCharacters = 256;

    /// <summary>The fewest characters of one.</summary>
    public const int Least = 12;

    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    /// <summary>Makes one.</summary>
    public static PassphraseHash Make(ReadOnlySpan<char> passphrase, int iterations = Now)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new PassphraseHash(iterations, salt, Derive(passphrase, salt, iterations));
    }

    /// <summary>What is compared with for accounts that don't exist: it costs the same and fits nothing.</summary>
    public static PassphraseHash Nobody(int iterations = Now) =>
        new(iterations, RandomNumberGenerator.GetBytes(SaltBytes), RandomNumberGenerator.GetBytes(HashBytes));

    /// <summary>True when it is this passphrase's.</summary>
    public bool Fits(ReadOnlySpan<char> passphrase) =>
        CryptographicOperations.FixedTimeEquals(Derive(passphrase, Salt, Iterations), Hash);

    /// <summary>What is wrong with a passphrase that is to be kept; null when nothing is.</summary>
    public static string? FindProblem(string passphrase, string person)
    {
        ArgumentNullException.ThrowIfNull(passphrase);
        ArgumentNullException.ThrowIfNull(person);
        if (passphrase.Length is < Least or > MaxCharacters)
        {
            return $"a passphrase has {Least} to {MaxCharacters} characters";
        }

        return passphrase.Distinct().Count() < Least / 2 ? "a passphrase has more than a few different characters"
            : Contains(passphrase, person.Split('@')[0]) ? "a passphrase doesn't contain the name"
            : null;
    }

    // Of a name of a few letters it says nothing.
    private static bool Contains(string passphrase, string name) =>
        name.Length > 3 && passphrase.Contains(name, StringComparison.OrdinalIgnoreCase);

    private static byte[] Derive(ReadOnlySpan<char> passphrase, byte[] salt, int iterations)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(passphrase.Length)];
        try
        {
            var length = Encoding.UTF8.GetBytes(passphrase, bytes);
            return Rfc2898DeriveBytes.Pbkdf2(
                bytes.AsSpan(0, length),
                salt,
                iterations,
                HashAlgorithmName.SHA512,
                HashBytes
            );
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
