using System.Globalization;
using System.Text.RegularExpressions;

namespace Bartizan.House.Tests;

/// <summary>One bound in the source: a constant, or the default of an option.</summary>
/// <param name="Name">Type and member, <c>LogOptions.MaxLeafBytes</c>.</param>
/// <param name="Path">The file it stands in.</param>
/// <param name="Value">Its value; a time in seconds.</param>
internal sealed partial record Bound(string Name, string Path, decimal Value)
{
    /// <summary>Constants whose name says that they bound something, and the numeric defaults of options and limits.</summary>
    public static IEnumerable<Bound> In(SourceFile file)
    {
        var type = file.Name.Split('.')[0];
        var isOptions =
            type.EndsWith("Options", StringComparison.Ordinal) || type.EndsWith("Limits", StringComparison.Ordinal);
        var matches = Constant().Matches(file.Text).Concat(isOptions ? Option().Matches(file.Text) : []);
        foreach (var match in matches)
        {
            if (Evaluate(match.Groups["value"].Value) is { } value)
            {
                yield return new Bound($"{type}.{match.Groups["name"].Value}", file.Path, value);
            }
        }
    }

    /// <summary>The value of an expression of numbers, <c>*</c>, <c>&lt;&lt;</c> and times; null for any other.</summary>
    public static decimal? Evaluate(string expression)
    {
        var time = Time().Match(expression);
        if (time.Success)
        {
            return Evaluate(time.Groups["number"].Value)
                * time.Groups["unit"].Value switch
                {
                    "Milliseconds" => 0.001m,
                    "Seconds" => 1,
                    "Minutes" => 60,
                    "Hours" => 3600,
                    _ => 86_400,
                };
        }

        decimal? product = 1;
        foreach (var factor in expression.Split('*', StringSplitOptions.TrimEntries))
        {
            var shift = factor.Split("<<", StringSplitOptions.TrimEntries).Select(Number).ToArray();
            product *= shift.Length == 2 ? shift[0] * (1L << (int)(shift[1] ?? 0)) : shift[0];
        }

        return product;
    }

    /// <summary>The number that a cell of the page begins with, in bytes or seconds: <c>64 KiB</c>, <c>15 min</c>, <c>4,096</c>.</summary>
    public static decimal? Read(string cell)
    {
        var words = cell.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        var unit = words.Length > 1 ? words[1] : "";
        return Number(words.FirstOrDefault("").Replace(",", "", StringComparison.Ordinal))
            * unit switch
            {
                "KiB" => 1L << 10,
                "MiB" => 1L << 20,
                "GiB" => 1L << 30,
                "ms" => 0.001m,
                "min" => 60,
                "h" => 3600,
                _ => 1,
            };
    }

    private static decimal? Number(string text)
    {
        var plain = text.Replace("_", "", StringComparison.Ordinal).TrimEnd('L');
        return decimal.TryParse(plain, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }

    [GeneratedRegex(@"^    [^/\n]*\bconst (?:int|long) (?<name>Max\w+) = (?<value>[^;]+);", RegexOptions.Multiline)]
    private static partial Regex Constant();

    [GeneratedRegex(
        @"^    public (?:int|long|double|TimeSpan) (?<name>\w+) \{ get; init; \} = (?<value>[^;]+);",
        RegexOptions.Multiline
    )]
    private static partial Regex Option();

    [GeneratedRegex(@"^TimeSpan\.From(?<unit>\w+)\((?<number>[\d_]+)\)$")]
    private static partial Regex Time();
}
