using System.Security.Cryptography;

namespace Bartizan.Guards.Sensitive;

/// <summary>Addresses of cryptocurrencies by the checksums in them: Base58Check, Bech32 and Bech32m, EIP-55.</summary>
internal static class WalletChecks
{
    private const string Base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private const string Bech32Letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

    /// <summary>Version, twenty bytes, checksum.</summary>
    private const int AddressBytes = 25;

    /// <summary>The longest Bech32 text: BIP 173.</summary>
    private const int MaxBech32 = 90;

    /// <summary>Base58Check (Bitcoin, Litecoin, Dogecoin…): the last four bytes are of the double SHA-256 of the others.</summary>
    public static bool IsBase58Check(ReadOnlySpan<char> text)
    {
        if (text.Length is < 26 or > 35)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[AddressBytes];
        bytes.Clear();
        foreach (var c in text)
        {
            var carry = Base58.IndexOf(c, StringComparison.Ordinal);
            if (carry < 0)
            {
                return false;
            }

            for (var at = AddressBytes - 1; at >= 0; at--)
            {
                carry += bytes[at] * 58;
                bytes[at] = (byte)carry;
                carry >>= 8;
            }

            if (carry != 0)
            {
                return false;
            }
        }

        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(bytes[..^4], hash);
        SHA256.HashData(hash, hash);
        return hash[..4].SequenceEqual(bytes[^4..]);
    }

    /// <summary>Bech32 of a witness of version 0, Bech32m of later ones (BIP 173, BIP 350); one case throughout.</summary>
    public static bool IsBech32(ReadOnlySpan<char> text)
    {
        var one = text.LastIndexOf('1');
        if (text.Length > MaxBech32 || one < 1 || text.Length - one - 1 < 8)
        {
            return false;
        }

        var (upper, lower) = (false, false);
        var check = 1u;
        foreach (var c in text)
        {
            upper |= char.IsAsciiLetterUpper(c);
            lower |= char.IsAsciiLetterLower(c);
        }

        if (upper && lower)
        {
            return false;
        }

        foreach (var c in text[..one])
        {
            check = Step(check, (uint)char.ToLowerInvariant(c) >> 5);
        }

        check = Step(check, 0);
        foreach (var c in text[..one])
        {
            check = Step(check, (uint)char.ToLowerInvariant(c) & 31);
        }

        var version = -1;
        foreach (var c in text[(one + 1)..])
        {
            var five = Bech32Letters.IndexOf(char.ToLowerInvariant(c), StringComparison.Ordinal);
            if (five < 0)
            {
                return false;
            }

            version = version < 0 ? five : version;
            check = Step(check, (uint)five);
        }

        return check == (version == 0 ? 1u : 0x2BC830A3u);
    }

    /// <summary>EIP-55: the case of each letter is a bit of the address's hash. One case throughout has no checksum.</summary>
    public static bool IsEip55(ReadOnlySpan<char> text)
    {
        if (text.Length != 42 || text[0] != '0' || text[1] != 'x')
        {
            return false;
        }

        var (upper, lower) = (false, false);
        Span<byte> letters = stackalloc byte[40];
        for (var at = 0; at < 40; at++)
        {
            var c = text[at + 2];
            if (!char.IsAsciiHexDigit(c))
            {
                return false;
            }

            upper |= char.IsAsciiLetterUpper(c);
            lower |= char.IsAsciiLetterLower(c);
            letters[at] = (byte)char.ToLowerInvariant(c);
        }

        if (!upper || !lower)
        {
            return false;
        }

        var hash = Keccak.Hash(letters);
        for (var at = 0; at < 40; at++)
        {
            var bit = (hash[at / 2] >> (at % 2 == 0 ? 7 : 3)) & 1;
            if (char.IsAsciiLetter(text[at + 2]) && char.IsAsciiLetterUpper(text[at + 2]) != (bit == 1))
            {
                return false;
            }
        }

        return true;
    }

    private static uint Step(uint check, uint value)
    {
        ReadOnlySpan<uint> generator = [0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3];
        var top = check >> 25;
        check = ((check & 0x1FFFFFF) << 5) ^ value;
        for (var at = 0; at < generator.Length; at++)
        {
            check ^= ((top >> at) & 1) != 0 ? generator[at] : 0;
        }

        return check;
    }
}
