using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Bartizan.Guards.Sensitive;

/// <summary>What providers built into their tokens so that a scanner can tell them from chance.</summary>
internal static class TokenChecks
{
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>Bits per character below which a text isn't random.</summary>
    private const double LeastEntropy = 3.5;

    private static readonly uint[] _crc = [.. Enumerable.Range(0, 256).Select(Crc)];

    /// <summary>GitHub and npm: the last six characters are the CRC-32 of the body in base 62.</summary>
    public static bool IsGitHub(ReadOnlySpan<char> token)
    {
        var body = token[(token.IndexOf('_') + 1)..];
        Span<char> check = stackalloc char[6];
        WriteBase62(Crc32(body[..^6]), check);
        return body[^6..].SequenceEqual(check);
    }

    /// <summary>Writes a checksum as GitHub does.</summary>
    public static void WriteBase62(uint crc, Span<char> check)
    {
        for (var at = check.Length - 1; at >= 0; at--)
        {
            check[at] = Base62[(int)(crc % 62)];
            crc /= 62;
        }
    }

    /// <summary>A person's of an instance: the last seven characters begin the SHA-256 of the body, in hexadecimal.</summary>
    public static bool IsBartizan(ReadOnlySpan<char> token)
    {
        const int Check = 7;
        var body = token[(token.IndexOf('_') + 1)..];
        Span<byte> bytes = stackalloc byte[128];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<char> digits = stackalloc char[2 * SHA256.HashSizeInBytes];
        return body.Length > Check
            && Ascii.FromUtf16(body[..^Check], bytes, out var written) == OperationStatus.Done
            && SHA256.HashData(bytes[..written], hash) == hash.Length
            && Convert.TryToHexStringLower(hash, digits, out _)
            && body[^Check..].SequenceEqual(digits[..Check]);
    }

    /// <summary>Grafana: <c>glsa_</c>, 32 characters, and the CRC-32 of what stands before the last underscore in hexadecimal.</summary>
    public static bool IsGrafana(ReadOnlySpan<char> token)
    {
        var last = token.LastIndexOf('_');
        return last == token.Length - 9 && IsCrc(token[..last], token[(last + 1)..]);
    }

    /// <summary>Atlassian: the last eight characters are a checksum in upper case hexadecimal.</summary>
    public static bool EndsInCrc(ReadOnlySpan<char> token) =>
        token.Length > 8 && token[^8..].IndexOfAnyExcept("0123456789ABCDEF") < 0;

    /// <summary>SendGrid: three parts of 2, 22 and 43 characters.</summary>
    public static bool IsSendGrid(ReadOnlySpan<char> token) =>
        token.Length == 69 && token[2] == '.' && token[25] == '.' && token[26..].IndexOf('.') < 0;

    /// <summary>Telegram: the bot's number, a colon, 35 characters.</summary>
    public static bool IsTelegram(ReadOnlySpan<char> token)
    {
        var colon = token.IndexOf(':');
        return colon is >= 12 and <= 15
            && token.Length - colon - 1 == 35
            && token[4..colon].IndexOfAnyExceptInRange('0', '9') < 0;
    }

    /// <summary>A JSON Web Token: three parts, the first a JSON object that names an algorithm or a type.</summary>
    public static bool IsJwt(ReadOnlySpan<char> token)
    {
        var first = token.IndexOf('.');
        var second = first < 0 ? -1 : token[(first + 1)..].IndexOf('.');
        if (second <= 0 || first > 4096)
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(Base64Url.DecodeFromChars(token[..first]));
            var names = 0;
            while (reader.Read())
            {
                names +=
                    reader.TokenType == JsonTokenType.PropertyName
                    && (
                        reader.ValueTextEquals("alg"u8)
                        || reader.ValueTextEquals("typ"u8)
                        || reader.ValueTextEquals("kid"u8)
                    )
                        ? 1
                        : 0;
            }

            return names > 0;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return false;
        }
    }

    /// <summary>True for what looks drawn by lot.</summary>
    public static bool IsRandom(ReadOnlySpan<char> token) => Entropy(token[(token.IndexOf('=') + 1)..]) >= LeastEntropy;

    /// <summary>Bits per character.</summary>
    public static double Entropy(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return 0;
        }

        Span<int> counts = stackalloc int[128];
        counts.Clear();
        foreach (var c in text)
        {
            counts[c & 127]++;
        }

        var entropy = 0.0;
        foreach (var count in counts)
        {
            if (count > 0)
            {
                var share = (double)count / text.Length;
                entropy -= share * Math.Log2(share);
            }
        }

        return entropy;
    }

    /// <summary>CRC-32 as zip has it.</summary>
    public static uint Crc32(ReadOnlySpan<char> ascii)
    {
        var crc = 0xFFFFFFFF;
        foreach (var c in ascii)
        {
            crc = _crc[(crc ^ c) & 0xFF] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static bool IsCrc(ReadOnlySpan<char> body, ReadOnlySpan<char> hex) =>
        uint.TryParse(
            hex,
            System.Globalization.NumberStyles.AllowHexSpecifier,
            System.Globalization.CultureInfo.InvariantCulture,
            out var said
        )
        && said == Crc32(body);

    private static uint Crc(int value)
    {
        var crc = (uint)value;
        for (var bit = 0; bit < 8; bit++)
        {
            crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        }

        return crc;
    }
}
