using System.Text;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Sensitive;

namespace Bartizan.Guards.Tests.Sensitive;

public sealed class DocumentScanTests
{
    private const int Each = 1000;
    private const string Base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private const string Bech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

    [Theory]
    [InlineData("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")]
    [InlineData("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy")]
    [InlineData("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")]
    [InlineData("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0")]
    [InlineData("BC1SW50QGDZ25J")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    public void Published_addresses_are_valid_and_every_other_character_makes_them_none(string address)
    {
        IsWallet(address).ShouldBeTrue();
        for (var at = address.StartsWith("0x", StringComparison.Ordinal) ? 2 : 4; at < address.Length; at++)
        {
            var changed = address.ToCharArray();
            changed[at] = changed[at] switch
            {
                '3' => '4',
                'q' => 'p',
                'Q' => 'P',
                _ when address[1] == 'x' && char.IsAsciiLetter(changed[at]) => (char)(changed[at] ^ 0x20),
                _ => address[1] == 'C' ? 'Q'
                : address[1] is 'c' ? 'q'
                : '3',
            };
            (changed.AsSpan().SequenceEqual(address) || !IsWallet(changed)).ShouldBeTrue(new string(changed));
        }
    }

    [Fact]
    public void Keccak_is_the_one_of_Ethereum() =>
        Convert
            .ToHexStringLower(Keccak.Hash([]))
            .ShouldBe("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");

    [Fact]
    public void Of_a_thousand_addresses_drawn_by_lot_each_is_valid_and_none_with_one_character_changed()
    {
        var chance = new Chance(31);
        for (var i = 0; i < Each; i++)
        {
            var legacy = Legacy(chance);
            IsWallet(legacy).ShouldBeTrue(legacy);
            IsWallet(Changed(legacy, Base58, chance, 1)).ShouldBeFalse(legacy);
            var segwit = Segwit(chance, i % 2);
            IsWallet(segwit).ShouldBeTrue(segwit);
            IsWallet(Changed(segwit, Bech32, chance, 4)).ShouldBeFalse(segwit);
            var ether = Ether(chance);
            IsWallet(ether).ShouldBeTrue(ether);
            var at = Enumerable.Range(2, 40).First(p => char.IsAsciiLetter(ether[p]));
            IsWallet(ether[..at] + (char)(ether[at] ^ 0x20) + ether[(at + 1)..]).ShouldBeFalse(ether);
        }
    }

    [Fact]
    public void Zones_of_passports_and_cards_are_found_by_their_four_check_digits()
    {
        string[] zones =
        [
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
            "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6",
            "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<",
        ];
        foreach (var zone in zones)
        {
            Kinds($"her passport:\n{zone}\nend").ShouldContain("travel-document", zone);
            Kinds(zone.Replace("740812", "740813", StringComparison.Ordinal)).ShouldNotContain("travel-document", zone);
        }
    }

    [Fact]
    public void Of_a_thousand_zones_drawn_by_lot_each_is_valid_and_none_with_one_digit_changed()
    {
        var chance = new Chance(32);
        for (var i = 0; i < Each; i++)
        {
            var (first, second) = Passport(chance);
            DocumentScan.IsZone(first, second, []).ShouldBeTrue(second);
            foreach (var at in new[] { 0, 9, 13, 19, 21, 27, 43 })
            {
                var changed = second.ToCharArray();
                // One more by the digit's own count: A is ten, and eleven is one.
                changed[at] = (char)('0' + ((ValueOf(changed[at]) + 1) % 10));
                DocumentScan.IsZone(first, changed, []).ShouldBeFalse(second);
            }
        }
    }

    [Theory]
    [InlineData("BIC: DEUTDEFF500", true)]
    [InlineData("SWIFT code CHASUS33", true)]
    [InlineData("bic/swift: NEDSZAJJXXX, thank you", true)]
    [InlineData("a swift REACTION of the team", false)]
    [InlineData("The code is DEUTDEFF500", false)]
    [InlineData("BIC: ABCDXX12", false)]
    public void Codes_of_banks_are_found_where_a_word_names_them(string text, bool isFound) =>
        Kinds(text).Contains("bank-code").ShouldBe(isFound);

    [Fact]
    public void Ordinary_runs_are_no_addresses() =>
        Kinds(
                "9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed thisIsALongIdentifierOfCode "
                    + "List<Dictionary<string, int>> a<<b<<c std::cout << x << y;"
            )
            .ShouldBeEmpty();

    private static bool IsWallet(ReadOnlySpan<char> text) =>
        WalletChecks.IsBase58Check(text) || WalletChecks.IsBech32(text) || WalletChecks.IsEip55(text);

    private static string[] Kinds(string text) =>
        [
            .. ContentScan
                .Of(text, Channel.Untrusted, Sought.Sensitive)
                .Findings.Where(f => f.Guard == "personal_data" && f.Confidence >= 0.75)
                .Select(f => f.Kind),
        ];

    private static string Changed(string text, string letters, Chance chance, int from)
    {
        var at = chance.Next(from, text.Length);
        var other = letters[
            (letters.IndexOf(text[at], StringComparison.Ordinal) + 1 + chance.Next(letters.Length - 1)) % letters.Length
        ];
        return text[..at] + other + text[(at + 1)..];
    }

    private static string Legacy(Chance chance)
    {
        var bytes = new byte[25];
        for (var at = 1; at < 21; at++)
        {
            bytes[at] = (byte)chance.Next(1, 256);
        }

        var hash = System.Security.Cryptography.SHA256.HashData(
            System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(0, 21))
        );
        hash.AsSpan(0, 4).CopyTo(bytes.AsSpan(21));
        var number = new System.Numerics.BigInteger(bytes, isUnsigned: true, isBigEndian: true);
        var text = new StringBuilder();
        for (; number > 0; number /= 58)
        {
            text.Insert(0, Base58[(int)(number % 58)]);
        }

        return "1" + text;
    }

    private static string Segwit(Chance chance, int version)
    {
        var values = new List<int> { version };
        for (var at = 0; at < 32; at++)
        {
            values.Add(chance.Next(32));
        }

        var check = 1u;
        foreach (var five in new[] { 3, 3, 0, 2, 3 }.Concat(values).Concat(new int[6]))
        {
            var top = check >> 25;
            check = ((check & 0x1FFFFFF) << 5) ^ (uint)five;
            uint[] generator = [0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3];
            for (var at = 0; at < 5; at++)
            {
                check ^= ((top >> at) & 1) != 0 ? generator[at] : 0;
            }
        }

        check ^= version == 0 ? 1u : 0x2BC830A3u;
        for (var at = 0; at < 6; at++)
        {
            values.Add((int)((check >> (5 * (5 - at))) & 31));
        }

        return "bc1" + string.Concat(values.Select(v => Bech32[v]));
    }

    private static string Ether(Chance chance)
    {
        while (true)
        {
            var letters = string.Concat(Enumerable.Range(0, 40).Select(_ => "0123456789abcdef"[chance.Next(16)]));
            var hash = Convert.ToHexStringLower(Keccak.Hash(Encoding.ASCII.GetBytes(letters)));
            var text = "0x" + string.Concat(letters.Select((c, at) => hash[at] >= '8' ? char.ToUpperInvariant(c) : c));
            if (text.Any(char.IsAsciiLetterUpper) && text[2..].Any(char.IsAsciiLetterLower))
            {
                return text;
            }
        }
    }

    private static (string First, string Second) Passport(Chance chance)
    {
        var number = string.Concat(Enumerable.Range(0, 9).Select(_ => "0123456789ABCDEFGHJKLM"[chance.Next(22)]));
        var birth = $"{chance.Next(10, 99)}{chance.Next(1, 13):00}{chance.Next(1, 29):00}";
        var end = $"{chance.Next(26, 36)}{chance.Next(1, 13):00}{chance.Next(1, 29):00}";
        const string Own = "<<<<<<<<<<<<<<<";
        var all = number + Digit(number) + birth + Digit(birth) + end + Digit(end) + Own;
        var second = $"{number}{Digit(number)}UTO{birth}{Digit(birth)}F{end}{Digit(end)}{Own}{Digit(all)}";
        return ("P<UTO" + "MUSTER<<ERIKA".PadRight(39, '<'), second);
    }

    private static char Digit(string text)
    {
        var sum = 0;
        for (var at = 0; at < text.Length; at++)
        {
            sum +=
                ValueOf(text[at])
                * (at % 3) switch
                {
                    0 => 7,
                    1 => 3,
                    _ => 1,
                };
        }

        return (char)('0' + (sum % 10));
    }

    private static int ValueOf(char c) =>
        c == '<' ? 0
        : char.IsAsciiDigit(c) ? c - '0'
        : c - 'A' + 10;
}
