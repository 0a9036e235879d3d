using System.Globalization;

namespace Bartizan.Console.Texts;

/// <summary>Numbers and times, as pages write them: in UTC, the same for everybody.</summary>
internal static class Amounts
{
    /// <summary>A moment to the second.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A moment to the millisecond, without its day.</summary>
    public static string Clock(DateTimeOffset time) =>
        time.UtcDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>A moment for a machine.</summary>
    public static string Machine(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A number with its thousands apart.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Money from millionths of a US dollar.</summary>
    public static string Money(long micro) =>
        (micro / 1_000_000m).ToString(micro % 10_000 == 0 ? "0.00" : "0.00####", CultureInfo.InvariantCulture);

    /// <summary>What was spent: money where prices are known, and tokens.</summary>
    public static string Spent(long micro, long tokens) =>
        (micro, tokens) switch
        {
            (0, 0) => "–",
            (0, _) => $"{Number(tokens)} tokens",
            _ => $"${Money(micro)} · {Number(tokens)} tokens",
        };

    /// <summary>An amount of bytes.</summary>
    public static string Bytes(long bytes) =>
        bytes < 10_000 ? $"{Number(bytes)} B" : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1000m:0.#} kB");
}
