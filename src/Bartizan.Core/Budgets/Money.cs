using System.Globalization;

namespace Bartizan.Core.Budgets;

/// <summary>Money in millionths of a US dollar, as whole numbers: nothing is rounded but a price, and that upwards.</summary>
public static class Money
{
    /// <summary>Millionths in a dollar.</summary>
    public const long PerDollar = 1_000_000;

    private const int Decimals = 6;

    /// <summary>Digits before the point: ten billion dollars are no budget.</summary>
    private const int MaxDigits = 10;

    /// <summary>Reads <c>5</c>, <c>2.50</c> or <c>0.000001</c>.</summary>
    public static bool TryParse(string? text, out long micro)
    {
        micro = 0;
        var parts = (text ?? "").Split('.');
        if (parts.Length > 2 || parts[0].Length is 0 or > MaxDigits || !parts.All(IsDigits))
        {
            return false;
        }

        var part = parts.Length == 2 ? parts[1] : "";
        if (part.Length > Decimals || (parts.Length == 2 && part.Length == 0))
        {
            return false;
        }

        micro = long.Parse(parts[0], CultureInfo.InvariantCulture) * PerDollar;
        micro += part.Length == 0 ? 0 : long.Parse(part.PadRight(Decimals, '0'), CultureInfo.InvariantCulture);
        return true;
    }

    /// <summary>As people read it: <c>2.50 USD</c>.</summary>
    public static string Show(long micro) =>
        string.Create(CultureInfo.InvariantCulture, $"{(decimal)micro / PerDollar:0.00####} USD");

    private static bool IsDigits(string text) => !text.AsSpan().ContainsAnyExceptInRange('0', '9');
}
