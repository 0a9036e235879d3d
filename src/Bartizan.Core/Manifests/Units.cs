using System.Globalization;

namespace Bartizan.Core.Manifests;

/// <summary>Sizes and times as a manifest writes them: a whole number and a unit.</summary>
internal static class Units
{
    /// <summary>For editors.</summary>
    public const string SizeExpression = "^[0-9]+(B|KiB|MiB|GiB|TiB)$";

    /// <summary>For editors.</summary>
    public const string TimeExpression = "^[0-9]+(s|m|h|d)$";

    private const int MaxDigits = 9;

    /// <summary>Reads <c>4GiB</c>.</summary>
    public static bool TrySize(string text, out long bytes)
    {
        bytes = 0;
        if (!TrySplit(text, out var number, out var unit))
        {
            return false;
        }

        var factor = unit switch
        {
            "B" => 1L,
            "KiB" => 1L << 10,
            "MiB" => 1L << 20,
            "GiB" => 1L << 30,
            "TiB" => 1L << 40,
            _ => 0L,
        };
        if (factor == 0 || number > long.MaxValue / factor)
        {
            return false;
        }

        bytes = number * factor;
        return bytes > 0;
    }

    /// <summary>Reads <c>15m</c>.</summary>
    public static bool TryTime(string text, out TimeSpan time)
    {
        time = default;
        if (!TrySplit(text, out var number, out var unit))
        {
            return false;
        }

        var seconds = unit switch
        {
            "s" => 1L,
            "m" => 60L,
            "h" => 3600L,
            "d" => 86_400L,
            _ => 0L,
        };
        if (seconds == 0 || number == 0 || number > TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerSecond / seconds)
        {
            return false;
        }

        time = TimeSpan.FromSeconds(number * seconds);
        return true;
    }

    /// <summary>Reads <c>200</c>, <c>64k</c> or <c>2.5M</c>, when it is a whole number of things.</summary>
    public static bool TryCount(string text, out long count)
    {
        count = 0;
        var factor =
            text.EndsWith('k') ? 1_000L
            : text.EndsWith('M') ? 1_000_000L
            : 1L;
        var number = factor == 1 ? text : text[..^1];
        if (
            number.Length > MaxDigits
            || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
        )
        {
            return false;
        }

        var product = value * factor;
        count = (long)product;
        return product == count;
    }

    /// <summary>Reads <c>60/min</c>.</summary>
    public static bool TryRate(string text, out int count, out TimeSpan period)
    {
        count = 0;
        period = text[(text.IndexOf('/', StringComparison.Ordinal) + 1)..] switch
        {
            "s" => TimeSpan.FromSeconds(1),
            "min" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            "day" => TimeSpan.FromDays(1),
            _ => TimeSpan.Zero,
        };
        var number = text.Split('/')[0];
        return period > TimeSpan.Zero
            && number.Length <= MaxDigits
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out count)
            && count > 0;
    }

    private static bool TrySplit(string text, out long number, out string unit)
    {
        var digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
        {
            digits++;
        }

        unit = text[digits..];
        number = 0;
        return digits is > 0 and <= MaxDigits
            && long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
