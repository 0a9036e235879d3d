using static Bartizan.Guards.Sensitive.CheckDigits;

namespace Bartizan.Guards.Sensitive;

/// <summary>
/// Whether a number is one of a kind, by what its issuer publishes: length and alphabet are checked by the mask that led here, letters
/// are upper case, separators gone.
/// </summary>
internal static class NationalNumbers
{
    public static bool IsCard(ReadOnlySpan<char> n)
    {
        var two = Number(n[..2]);
        var four = Number(n[..4]);
        var fits =
            n[0] == '4' ? n.Length is 13 or 16 or 19
            : two is >= 51 and <= 55 || four is >= 2221 and <= 2720 ? n.Length == 16
            : two is 34 or 37 ? n.Length == 15
            : two is 36 or 38 or 39 || four is >= 3000 and <= 3059 ? n.Length is >= 14 and <= 19
            : two is 60 or 62 or 64 or 65 or 81 || four is >= 3528 and <= 3589 ? n.Length is >= 16 and <= 19
            : two is 50 or (>= 56 and <= 69) && n.Length is >= 12 and <= 19;
        return fits && !IsOneDigit(n) && Luhn(n);
    }

    public static bool IsAba(ReadOnlySpan<char> n) =>
        Number(n[..2]) is (>= 1 and <= 12) or (>= 21 and <= 32) or (>= 61 and <= 72) or 80
        && Weighted(n, [3, 7, 1]) % 10 == 0;

    public static bool IsSsn(ReadOnlySpan<char> n) =>
        Number(n[..3]) is > 0 and < 900 and not 666
        && Number(n[3..5]) > 0
        && Number(n[5..]) > 0
        && !n.SequenceEqual("078051120")
        && !n.SequenceEqual("219099999")
        && !n.SequenceEqual("123456789")
        && !IsOneDigit(n);

    public static bool IsItin(ReadOnlySpan<char> n) =>
        n[0] == '9'
        && Number(n[3..5]) is (>= 50 and <= 65) or (>= 70 and <= 88) or (>= 90 and <= 92) or (>= 94 and <= 99);

    public static bool IsNpi(ReadOnlySpan<char> n) => n[0] is '1' or '2' && (LuhnSum(n) + 24) % 10 == 0;

    public static bool IsDea(ReadOnlySpan<char> n) =>
        "ABCDEFGHJKLMPRSTUX".Contains(n[0], StringComparison.Ordinal)
        && (n[2] + n[4] + n[6] - (3 * '0') + (2 * (n[3] + n[5] + n[7] - (3 * '0')))) % 10 == n[8] - '0';

    // C A AN N A AN N A A N N, without the letters S, L, O, I, B, Z.
    public static bool IsMbi(ReadOnlySpan<char> n)
    {
        var place = 0;
        // 1: 1 to 9; A: a letter; 9: either; 0: a digit.
        ReadOnlySpan<char> shape = ['1', 'A', '9', '0', 'A', '9', '0', 'A', 'A', '0', '0'];
        foreach (var c in n)
        {
            var letter = char.IsAsciiLetter(c) && !"SLOIBZ".Contains(c, StringComparison.Ordinal);
            var digit = char.IsAsciiDigit(c);
            if (
                !(
                    shape[place++] switch
                    {
                        '1' => digit && c != '0',
                        'A' => letter,
                        '9' => letter || digit,
                        _ => digit,
                    }
                )
            )
            {
                return false;
            }
        }

        return true;
    }

    public static bool IsNhs(ReadOnlySpan<char> n)
    {
        var check = 11 - (Weighted(n[..9], [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
        return check != 10 && check % 11 == n[9] - '0' && !IsOneDigit(n);
    }

    public static bool IsNino(ReadOnlySpan<char> n) =>
        !"DFIQUV".Contains(n[0], StringComparison.Ordinal)
        && !"DFIQUVO".Contains(n[1], StringComparison.Ordinal)
        && !"BG GB NK KN TN NT ZZ".Contains(n[..2].ToString(), StringComparison.Ordinal)
        && n[8] is >= 'A' and <= 'D';

    public static bool IsSteuerId(ReadOnlySpan<char> n)
    {
        Span<int> counts = stackalloc int[10];
        counts.Clear();
        foreach (var c in n[..10])
        {
            counts[c - '0']++;
        }

        var (doubled, tripled) = (0, 0);
        foreach (var count in counts)
        {
            doubled += count == 2 ? 1 : 0;
            tripled += count == 3 ? 1 : 0;
            if (count > 3)
            {
                return false;
            }
        }

        return n[0] != '0' && doubled + tripled == 1 && Mod11And10(n);
    }

    public static bool IsUstId(ReadOnlySpan<char> n) => n.StartsWith("DE") && n[2] != '0' && Mod11And10(n[2..]);

    public static bool IsKvnr(ReadOnlySpan<char> n)
    {
        Span<char> all = stackalloc char[10];
        var letter = n[0] - 'A' + 1;
        all[0] = (char)('0' + (letter / 10));
        all[1] = (char)('0' + (letter % 10));
        n[1..9].CopyTo(all[2..]);
        var sum = 0;
        for (var at = 0; at < all.Length; at++)
        {
            var product = (all[at] - '0') * ((at % 2) + 1);
            sum += (product / 10) + (product % 10);
        }

        return sum % 10 == n[9] - '0';
    }

    public static bool IsGermanCard(ReadOnlySpan<char> n) =>
        "LMNPRTVWXYCFGHJK".Contains(n[0], StringComparison.Ordinal) && Icao(n);

    public static bool IsNif(ReadOnlySpan<char> n) => "TRWAGMYFPDXBNJZSQVHLCKE"[Number(n[..8]) % 23] == n[8];

    public static bool IsNie(ReadOnlySpan<char> n) =>
        n[0] is 'X' or 'Y' or 'Z'
        && "TRWAGMYFPDXBNJZSQVHLCKE"[(((n[0] - 'X') * 10_000_000) + Number(n[1..8])) % 23] == n[8];

    public static bool IsCodiceFiscale(ReadOnlySpan<char> n)
    {
        ReadOnlySpan<byte> odd =
        [
            1,
            0,
            5,
            7,
            9,
            13,
            15,
            17,
            19,
            21,
            2,
            4,
            18,
            20,
            11,
            3,
            6,
            8,
            12,
            14,
            16,
            10,
            22,
            25,
            24,
            23,
        ];
        var sum = 0;
        for (var at = 0; at < 15; at++)
        {
            var value = char.IsAsciiDigit(n[at]) ? n[at] - '0' : n[at] - 'A';
            sum += at % 2 == 0 ? odd[value] : value;
        }

        return "ABCDEHLMPRST".Contains(n[8], StringComparison.Ordinal) && 'A' + (sum % 26) == n[15];
    }

    public static bool IsNir(ReadOnlySpan<char> n)
    {
        // Corsica: 2A counts as 19, 2B as 18.
        Span<char> digits = stackalloc char[13];
        n[..13].CopyTo(digits);
        if (n[5] == '2' && n[6] is 'A' or 'B')
        {
            digits[5] = '1';
            digits[6] = n[6] == 'A' ? '9' : '8';
        }

        long number = 0;
        foreach (var c in digits)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }

            number = (number * 10) + c - '0';
        }

        var month = Number(n[3..5]);
        return n[0] is '1' or '2' or '3' or '4' or '7' or '8'
            && (month is (>= 1 and <= 12) or (>= 20 and <= 42) or >= 50)
            && 97 - (number % 97) == Number(n[13..]);
    }

    public static bool IsPesel(ReadOnlySpan<char> n) =>
        IsDate(Number(n[2..4]) % 20, Number(n[4..6]))
        && (10 - (Weighted(n[..10], [1, 3, 7, 9]) % 10)) % 10 == n[10] - '0';

    public static bool IsPersonnummer(ReadOnlySpan<char> n)
    {
        n = n[^10..];
        var day = Number(n[4..6]);
        return IsDate(Number(n[2..4]), day > 60 ? day - 60 : day) && Luhn(n);
    }

    public static bool IsHetu(ReadOnlySpan<char> n)
    {
        // With or without the sign of the century between date and number.
        var number = n[^4..^1];
        return IsDate(Number(n[2..4]), Number(n[..2]))
            && Number(number) is >= 2 and <= 899
            && "0123456789ABCDEFHJKLMNPRSTUVWXY"[(int)(((Number(n[..6]) * 1000L) + Number(number)) % 31)] == n[^1];
    }

    public static bool IsBsn(ReadOnlySpan<char> n) =>
        !IsOneDigit(n) && (Weighted(n[..8], [9, 8, 7, 6, 5, 4, 3, 2]) - (n[8] - '0')) % 11 == 0;

    public static bool IsFodselsnummer(ReadOnlySpan<char> n)
    {
        var day = Number(n[..2]);
        var month = Number(n[2..4]);
        if (!IsDate(month > 40 ? month - 40 : month, day > 40 ? day - 40 : day))
        {
            return false;
        }

        return (Weighted(n[..9], [3, 7, 6, 1, 8, 9, 4, 5, 2]) + n[9] - '0') % 11 == 0
            && (Weighted(n[..10], [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) + n[10] - '0') % 11 == 0;
    }

    public static bool IsBelgian(ReadOnlySpan<char> n)
    {
        var check = Number(n[9..]);
        var number = (long)Number(n[..9]);
        return (97 - (number % 97) == check || 97 - ((2_000_000_000L + number) % 97) == check)
            && Number(n[2..4]) % 20 <= 12;
    }

    public static bool IsAhv(ReadOnlySpan<char> n) =>
        n.StartsWith("756") && (10 - (Weighted(n[..12], [1, 3]) % 10)) % 10 == n[12] - '0';

    public static bool IsPortugueseNif(ReadOnlySpan<char> n)
    {
        var rest = Weighted(n[..8], [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
        return n[0] is not ('0' or '4') && (rest < 2 ? 0 : 11 - rest) == n[8] - '0';
    }

    public static bool IsCpr(ReadOnlySpan<char> n) => IsDate(Number(n[2..4]), Number(n[..2]));

    public static bool IsAadhaar(ReadOnlySpan<char> n) => n[0] is >= '2' and <= '9' && !IsOneDigit(n) && Verhoeff(n);

    public static bool IsIndianPan(ReadOnlySpan<char> n) =>
        "ABCFGHJLPT".Contains(n[3], StringComparison.Ordinal) && n[5..9] is not "0000";

    public static bool IsGstin(ReadOnlySpan<char> n)
    {
        const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        var sum = 0;
        for (var at = 0; at < 14; at++)
        {
            var product = Alphabet.IndexOf(n[at], StringComparison.Ordinal) * ((at % 2) + 1);
            sum += (product / 36) + (product % 36);
        }

        return Number(n[..2]) is >= 1 and <= 38 or 97 or 99 && Alphabet[(36 - (sum % 36)) % 36] == n[14];
    }

    public static bool IsTfn(ReadOnlySpan<char> n) =>
        !IsOneDigit(n) && Weighted(n, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 == 0;

    public static bool IsAbn(ReadOnlySpan<char> n) =>
        n[0] != '0' && (Weighted(n, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 == 0;

    public static bool IsAcn(ReadOnlySpan<char> n) =>
        !IsOneDigit(n) && (10 - (Weighted(n[..8], [8, 7, 6, 5, 4, 3, 2, 1]) % 10)) % 10 == n[8] - '0';

    public static bool IsMedicare(ReadOnlySpan<char> n) =>
        n[0] is >= '2' and <= '6' && Weighted(n[..8], [1, 3, 7, 9]) % 10 == n[8] - '0';

    public static bool IsSin(ReadOnlySpan<char> n) => n[0] is not ('0' or '8') && Luhn(n) && !IsOneDigit(n);

    public static bool IsNric(ReadOnlySpan<char> n)
    {
        var sum = Weighted(n[1..8], [2, 7, 6, 5, 4, 3, 2]);
        return n[0] switch
        {
            'S' => "JZIHGFEDCBA"[sum % 11] == n[8],
            'T' => "JZIHGFEDCBA"[(sum + 4) % 11] == n[8],
            'F' => "XWUTRQPNMLK"[sum % 11] == n[8],
            'G' => "XWUTRQPNMLK"[(sum + 4) % 11] == n[8],
            'M' => "XWUTRQPNJLK"[(sum + 3) % 11] == n[8],
            _ => false,
        };
    }

    public static bool IsRrn(ReadOnlySpan<char> n) =>
        IsDate(Number(n[2..4]), Number(n[4..6]))
        && (11 - (Weighted(n[..12], [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10 == n[12] - '0';

    public static bool IsTckn(ReadOnlySpan<char> n)
    {
        if (n[0] == '0')
        {
            return false;
        }

        var (odd, even, all) = (0, 0, 0);
        for (var at = 0; at < 10; at++)
        {
            odd += at < 9 && at % 2 == 0 ? n[at] - '0' : 0;
            even += at < 8 && at % 2 == 1 ? n[at] - '0' : 0;
            all += n[at] - '0';
        }

        return ((((odd * 7) - even) % 10) + 10) % 10 == n[9] - '0' && all % 10 == n[10] - '0';
    }

    public static bool IsThai(ReadOnlySpan<char> n) =>
        n[0] != '0' && (11 - (Weighted(n[..12], [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 == n[12] - '0';

    public static bool IsSouthAfrican(ReadOnlySpan<char> n) =>
        IsDate(Number(n[2..4]), Number(n[4..6])) && n[10] is '0' or '1' && Luhn(n);

    public static bool IsCpf(ReadOnlySpan<char> n) =>
        !IsOneDigit(n)
        && Weighted(n[..9], [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10 == n[9] - '0'
        && Weighted(n[..10], [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10 == n[10] - '0';

    public static bool IsCnpj(ReadOnlySpan<char> n)
    {
        var first = Weighted(n[..12], [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
        var second = Weighted(n[..13], [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
        return !IsOneDigit(n)
            && (first < 2 ? 0 : 11 - first) == n[12] - '0'
            && (second < 2 ? 0 : 11 - second) == n[13] - '0';
    }

    public static bool IsChinese(ReadOnlySpan<char> n) =>
        Number(n[6..10]) is >= 1900 and <= 2100 && IsDate(Number(n[10..12]), Number(n[12..14])) && Mod11And2(n);

    public static bool IsImei(ReadOnlySpan<char> n) => !IsOneDigit(n) && Luhn(n);

    public static bool IsVin(ReadOnlySpan<char> n)
    {
        ReadOnlySpan<int> weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
        ReadOnlySpan<byte> values = [1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 0, 7, 0, 9, 2, 3, 4, 5, 6, 7, 8, 9];
        var (sum, letters) = (0, 0);
        for (var at = 0; at < n.Length; at++)
        {
            if (n[at] is 'I' or 'O' or 'Q')
            {
                return false;
            }

            letters += char.IsAsciiLetter(n[at]) ? 1 : 0;
            sum += (char.IsAsciiDigit(n[at]) ? n[at] - '0' : values[n[at] - 'A']) * weights[at];
        }

        var rest = sum % 11;
        return letters > 0 && letters < n.Length && (rest == 10 ? 'X' : (char)('0' + rest)) == n[8];
    }

    public static bool IsSiren(ReadOnlySpan<char> n) => !IsOneDigit(n) && Luhn(n);
}
