using System.Collections.Immutable;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Budgets;

/// <summary>
/// What models cost, by day and by model. Data, not code: the table that ships with the product is <c>prices.yaml</c> beside this
/// file, and an instance's own file of that name goes before it.
/// </summary>
public sealed record PriceTable
{
    /// <summary>The file's name in the state directory.</summary>
    public const string FileName = "prices.yaml";

    /// <summary>Prices of one file: a provider has dozens of models, not thousands.</summary>
    public const int MaxPrices = 1024;

    private const string Resource = "prices.yaml";

    /// <summary>A table without a price: a <c>usd</c> budget denies every model.</summary>
    public static PriceTable Empty { get; } = new();

    /// <summary>The table that ships with the product.</summary>
    public static PriceTable BuiltIn { get; } = ReadBuiltIn();

    /// <summary>The day whose price lists it has; null for the empty one.</summary>
    public DateOnly? Date { get; init; }

    /// <summary>The prices; the first that fits counts.</summary>
    public ImmutableArray<Price> Prices { get; init; } = [];

    /// <summary>The price of a model; null when none is known.</summary>
    public Price? Find(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        foreach (var price in Prices)
        {
            if (IsOf(price.Model, model))
            {
                return price;
            }
        }

        return null;
    }

    /// <summary>This table before another.</summary>
    public PriceTable Before(PriceTable other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new PriceTable { Date = Date ?? other.Date, Prices = [.. Prices, .. other.Prices] };
    }

    /// <summary>Reads a file's text; every error is reported, and with one there is no table.</summary>
    public static (PriceTable? Table, ImmutableArray<ManifestError> Errors) Load(string text, string file) =>
        PriceFile.Load(text, file);

    // `gpt-5` is also `gpt-5-2025-08-07` and `gpt-5-latest`, and never `gpt-5-pro`: a dearer model has a name of its own.
    private static bool IsOf(string pattern, string model)
    {
        if (pattern.Contains('*', StringComparison.Ordinal))
        {
            return Glob.Of(pattern).Matches(model);
        }

        if (!model.StartsWith(pattern, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = model.AsSpan(pattern.Length);
        return rest.IsEmpty || rest is "-latest" || IsDay(rest);
    }

    // -20250929 or -2025-08-07
    private static bool IsDay(ReadOnlySpan<char> rest)
    {
        if (rest.Length is not (9 or 11) || rest[0] != '-' || (rest.Length == 11 && (rest[5] != '-' || rest[8] != '-')))
        {
            return false;
        }

        var digits = 0;
        foreach (var c in rest)
        {
            digits += char.IsAsciiDigit(c) ? 1 : 0;
        }

        return digits == 8 && rest[1] == '2';
    }

    private static PriceTable ReadBuiltIn()
    {
        using var stream =
            typeof(PriceTable).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException("the built-in price table is missing from this build");
        using var reader = new StreamReader(stream);
        var (table, errors) = Load(reader.ReadToEnd(), Resource);
        return table
            ?? throw new InvalidOperationException($"the built-in price table can't be read: {errors[0].Message}");
    }
}
