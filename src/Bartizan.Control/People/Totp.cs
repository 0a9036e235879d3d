using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Bartizan.Control.People;

/// <summary>
/// One-time codes by the clock (RFC 6238): HMAC-SHA-1, six digits, thirty seconds, which is what every authenticator takes. A code holds
/// in its own step and the ones beside it.
/// </summary>
public static class Totp
{
    /// <summary>Bytes of a secret, as long as the hash (RFC 4226, 4).</summary>
    public const int SecretBytes = 20;

    private const int StepSeconds = 30;
    private const int Digits = 6;
    private const int Modulus = 1_000_000;

    /// <summary>Makes a secret.</summary>
    public static byte[] MakeSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    /// <summary>The step that a time is in.</summary>
    public static long StepAt(DateTimeOffset time) => time.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>The code of a step.</summary>
    public static string CodeOf(byte[] secret, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // RFC 6238 names SHA-1, and authenticators know no other; HMAC doesn't rest on what is broken in it.
        var mac = HMACSHA1.HashData(secret, counter);
#pragma warning restore CA5350
        var offset = mac[^1] & 0xF;
        var number = BinaryPrimitives.ReadUInt32BigEndian(mac.AsSpan(offset)) & 0x7FFF_FFFF;
        return (number % Modulus).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// The step whose code it is, of the three that hold now, when it is later than <paramref name="last"/>: so each code counts once.
    /// Null for any other.
    /// </summary>
    public static long? Find(byte[] secret, string code, DateTimeOffset now, long last)
    {
        ArgumentNullException.ThrowIfNull(code);
        long? found = null;
        if (code.Length != Digits)
        {
            return null;
        }

        for (var step = StepAt(now) - 1; step <= StepAt(now) + 1; step++)
        {
            // All three are compared, whichever fits.
            var fits = CryptographicOperations.FixedTimeEquals(
                System.Text.Encoding.UTF8.GetBytes(CodeOf(secret, step)),
                System.Text.Encoding.UTF8.GetBytes(code)
            );
            found = fits && step > last && found is null ? step : found;
        }

        return found;
    }

    /// <summary>What an authenticator takes by hand, or in a picture.</summary>
    public static Uri Address(string person, string instance, byte[] secret) =>
        new(
            $"otpauth://totp/{Uri.EscapeDataString($"Bartizan {instance}")}:{Uri.EscapeDataString(person)}?secret={Base32.Write(secret)}&issuer={Uri.EscapeDataString($"Bartizan {instance}")}&algorithm=SHA1&digits=6&period=30"
        );
}
