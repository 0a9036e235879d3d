using System.Globalization;
using System.Numerics;

namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>
/// A JSON number (RFC 8259 section 6) as it is written, exactly: mantissa × 10^exponent, without trailing zeros. Binary floating
/// point would take 9007199254740993 for 9007199254740992, and let through what a limit forbids.
/// </summary>
internal readonly record struct JsonNumber(BigInteger Mantissa, int Exponent) : IComparable<JsonNumber>
{
    /// <summary>Digits that are read: reading costs their square.</summary>
    private const int MaxDigits = 400;

    /// <summary>The largest power of ten: beyond it no number is meant.</summary>
    private const int MaxExponent = 4000;

    public bool IsInteger => Exponent >= 0;

    /// <summary>Reads a number; false when it is longer or larger than anybody means.</summary>
    public static bool TryParse(string text, out JsonNumber number)
    {
        number = default;
        var split = text.AsSpan().IndexOfAny('e', 'E');
        var digits = split < 0 ? text : text[..split];
        var power = 0;
        if (digits.Length > MaxDigits || (split >= 0 && !TryPower(text.AsSpan(split + 1), out power)))
        {
            return false;
        }

        var point = digits.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            power -= digits.Length - point - 1;
            digits = digits.Remove(point, 1);
        }

        if (!BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var mantissa))
        {
            return false;
        }

        number = Trim(mantissa, power);
        return true;
    }

    /// <summary>Whether <paramref name="other"/>, which is not zero, goes into it without a rest.</summary>
    public bool IsMultipleOf(JsonNumber other)
    {
        var low = Math.Min(Exponent, other.Exponent);
        return BigInteger.Remainder(At(low), other.At(low)).IsZero;
    }

    public int CompareTo(JsonNumber other)
    {
        var low = Math.Min(Exponent, other.Exponent);
        return At(low).CompareTo(other.At(low));
    }

    // A negative power beyond the largest is not a small number but a mistake or an attack, like a positive one.
    private static bool TryPower(ReadOnlySpan<char> text, out int power) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out power)
        && power is >= -MaxExponent and <= MaxExponent;

    private static JsonNumber Trim(BigInteger mantissa, int exponent)
    {
        if (mantissa.IsZero)
        {
            return new JsonNumber(BigInteger.Zero, 0);
        }

        while (true)
        {
            var shorter = BigInteger.DivRem(mantissa, 10, out var rest);
            if (!rest.IsZero)
            {
                return new JsonNumber(mantissa, exponent);
            }

            mantissa = shorter;
            exponent++;
        }
    }

    private BigInteger At(int exponent) => Mantissa * BigInteger.Pow(10, Exponent - exponent);
}
