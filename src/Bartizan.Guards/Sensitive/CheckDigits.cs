namespace Bartizan.Guards.Sensitive;

/// <summary>The algorithms behind check digits. All take digits (and letters where said) without separators.</summary>
internal static class CheckDigits
{
    private static ReadOnlySpan<byte> VerhoeffD =>
        [
            0,
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            9,
            1,
            2,
            3,
            4,
            0,
            6,
            7,
            8,
            9,
            5,
            2,
            3,
            4,
            0,
            1,
            7,
            8,
            9,
            5,
            6,
            3,
            4,
            0,
            1,
            2,
            8,
            9,
            5,
            6,
            7,
            4,
            0,
            1,
            2,
            3,
            9,
            5,
            6,
            7,
            8,
            5,
            9,
            8,
            7,
            6,
            0,
            4,
            3,
            2,
            1,
            6,
            5,
            9,
            8,
            7,
            1,
            0,
            4,
            3,
            2,
            7,
            6,
            5,
            9,
            8,
            2,
            1,
            0,
            4,
            3,
            8,
            7,
            6,
            5,
            9,
            3,
            2,
            1,
            0,
            4,
            9,
            8,
            7,
            6,
            5,
            4,
            3,
            2,
            1,
            0,
        ];

    private static ReadOnlySpan<byte> VerhoeffP =>
        [
            0,
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            9,
            1,
            5,
            7,
            6,
            2,
            8,
            3,
            0,
            9,
            4,
            5,
            8,
            0,
            3,
            7,
            9,
            6,
            1,
            4,
            2,
            8,
            9,
            1,
            6,
            0,
            4,
            3,
            5,
            2,
            7,
            9,
            4,
            5,
            3,
            1,
            2,
            6,
            8,
            7,
            0,
            4,
            2,
            8,
            6,
            5,
            7,
            3,
            9,
            0,
            1,
            2,
            7,
            9,
            3,
            8,
            0,
            6,
            4,
            1,
            5,
            7,
            0,
            4,
            6,
            9,
            1,
            3,
            2,
            5,
            8,
        ];

    /// <summary>Luhn, ISO/IEC 7812-1.</summary>
    public static bool Luhn(ReadOnlySpan<char> digits) => LuhnSum(digits) % 10 == 0;

    /// <summary>The sum that Luhn is about; letters count as their place in the alphabet does in nobody's scheme, so none here.</summary>
    public static int LuhnSum(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var at = 0; at < digits.Length; at++)
        {
            var digit = digits[^(at + 1)] - '0';
            digit *= (at & 1) + 1;
            sum += digit > 9 ? digit - 9 : digit;
        }

        return sum;
    }

    /// <summary>ISO/IEC 7064 MOD 97-10 over digits and letters.</summary>
    public static int Mod97(ReadOnlySpan<char> text)
    {
        var rest = 0;
        foreach (var c in text)
        {
            rest = char.IsAsciiDigit(c) ? ((rest * 10) + c - '0') % 97 : ((rest * 100) + (c | 0x20) - 'a' + 10) % 97;
        }

        return rest;
    }

    /// <summary>ISO/IEC 7064 MOD 11,10.</summary>
    public static bool Mod11And10(ReadOnlySpan<char> digits)
    {
        var product = 10;
        foreach (var c in digits[..^1])
        {
            var sum = (c - '0' + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }

        return (11 - product) % 10 == digits[^1] - '0';
    }

    /// <summary>ISO/IEC 7064 MOD 11-2; the check character may be an X.</summary>
    public static bool Mod11And2(ReadOnlySpan<char> digits)
    {
        var rest = 0;
        foreach (var c in digits[..^1])
        {
            rest = (rest + c - '0') * 2 % 11;
        }

        return (12 - rest) % 11 == (digits[^1] is 'X' or 'x' ? 10 : digits[^1] - '0');
    }

    /// <summary>Verhoeff.</summary>
    public static bool Verhoeff(ReadOnlySpan<char> digits)
    {
        var check = 0;
        for (var at = 0; at < digits.Length; at++)
        {
            check = VerhoeffD[(check * 10) + VerhoeffP[(at % 8 * 10) + digits[^(at + 1)] - '0']];
        }

        return check == 0;
    }

    /// <summary>The sum of digits, each times its weight; weights start again where they end.</summary>
    public static int Weighted(ReadOnlySpan<char> digits, ReadOnlySpan<int> weights)
    {
        var sum = 0;
        for (var at = 0; at < digits.Length; at++)
        {
            sum += (digits[at] - '0') * weights[at % weights.Length];
        }

        return sum;
    }

    /// <summary>The weights 7, 3, 1 of ICAO 9303 over digits, letters and fillers; the last character is the check digit.</summary>
    public static bool Icao(ReadOnlySpan<char> text) =>
        char.IsAsciiDigit(text[^1]) && IcaoSum(text[..^1]) % 10 == text[^1] - '0';

    /// <summary>The same sum without a check digit.</summary>
    public static int IcaoSum(ReadOnlySpan<char> text)
    {
        var sum = 0;
        for (var at = 0; at < text.Length; at++)
        {
            var c = text[at];
            var value =
                char.IsAsciiDigit(c) ? c - '0'
                : char.IsAsciiLetter(c) ? (c | 0x20) - 'a' + 10
                : 0;
            sum +=
                value
                * (
                    at % 3 == 0 ? 7
                    : at % 3 == 1 ? 3
                    : 1
                );
        }

        return sum;
    }

    /// <summary>True for a month and a day that a calendar has.</summary>
    public static bool IsDate(int month, int day) => month is >= 1 and <= 12 && day >= 1 && day <= DaysOf(month);

    /// <summary>A number of decimal digits.</summary>
    public static int Number(ReadOnlySpan<char> digits)
    {
        var number = 0;
        foreach (var c in digits)
        {
            number = (number * 10) + c - '0';
        }

        return number;
    }

    /// <summary>True when all characters are one.</summary>
    public static bool IsOneDigit(ReadOnlySpan<char> digits) => !digits.ContainsAnyExcept(digits[0]);

    private static int DaysOf(int month) =>
        month == 2 ? 29
        : month is 4 or 6 or 9 or 11 ? 30
        : 31;
}
