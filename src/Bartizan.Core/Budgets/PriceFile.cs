using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Budgets;

/// <summary>Reads <c>prices.yaml</c>: the table of keys, and what they mean.</summary>
internal static class PriceFile
{
    // With these no sum of prices passes 128 bits, whatever an upstream says it used.
    private const long MaxMicroDollars = 1_000_000 * Money.PerDollar;
    private const long MaxFactor = 1000 * Money.PerDollar;

    private static readonly Shape.Text s_money = new("dollars for a million tokens, such as `2.50`")
    {
        Problem = text =>
            Money.TryParse(text, out var micro) && micro <= MaxMicroDollars
                ? null
                : "is no amount up to a million, of at most six decimals",
    };

    private static readonly Shape.Text s_factor = new("a factor such as `1.5`")
    {
        Problem = text => Money.TryParse(text, out var micro) && micro <= MaxFactor ? null : "is no factor up to 1000",
    };

    private static readonly Shape.Text s_tokens = new("a number of tokens, with `k` or `M` for thousands or millions")
    {
        Problem = text => Units.TryCount(text, out _) ? null : "is no number",
    };

    private static readonly Shape.Text s_day = new("a day such as `2026-11-21`")
    {
        Problem = text => ManifestShape.TryDay(text, out _) ? null : "is no day",
    };

    private static readonly Shape.Text s_model = new("a model's id, in which `*` stands for any part")
    {
        MaxLength = 256,
    };

    private static readonly Shape.Keys s_long = new([
        new ManifestKey("above", s_tokens, "Above so many tokens in.") { Required = true },
        new ManifestKey("input", s_factor, "What tokens in cost then, as a factor.") { Required = true },
        new ManifestKey("output", s_factor, "What tokens out cost then, as a factor.") { Required = true },
    ]);

    private static readonly Shape.Keys s_price = new([
        new ManifestKey("model", s_model, "The model.") { Required = true },
        new ManifestKey("input", s_money, "Tokens in.") { Required = true },
        new ManifestKey("output", s_money, "Tokens out.") { Required = true },
        new ManifestKey("cache_read", s_money, "Tokens read from a cache; as tokens in when nothing is said."),
        new ManifestKey("cache_write", s_money, "Tokens written to a cache; as tokens in when nothing is said."),
        new ManifestKey("context", s_tokens, "The most tokens that the model reads."),
        new ManifestKey("max_output", s_tokens, "The most tokens of one answer."),
        new ManifestKey("long", s_long, "What long requests cost."),
    ]);

    private static readonly Shape.Keys s_file = new([
        new ManifestKey("date", s_day, "The day of the price lists.") { Required = true },
        new ManifestKey("prices", new Shape.Many(s_price) { Least = 1 }, "The prices.") { Required = true },
    ]);

    public static (PriceTable? Table, ImmutableArray<ManifestError> Errors) Load(string text, string file)
    {
        var errors = ImmutableArray.CreateBuilder<ManifestError>();
        if (SourceTree.Read(text, file, errors) is not { } root)
        {
            return (null, errors.ToImmutable());
        }

        new ShapeCheck(errors).Check(root, s_file, PriceTable.FileName);
        var map = root as SourceNode.Map;
        var items = ManifestReader.Items(map?.Find("prices"));
        if (items.Length > PriceTable.MaxPrices)
        {
            errors.Add(
                new(items[PriceTable.MaxPrices].Position, $"there are more than {PriceTable.MaxPrices} prices", "")
            );
        }

        return errors.Count > 0
            ? (null, errors.ToImmutable())
            : (
                new PriceTable
                {
                    Date = ManifestShape.TryDay(RuleReader.TextOf(map, "date") ?? "", out var day) ? day : null,
                    Prices = [.. items.OfType<SourceNode.Map>().Select(Read)],
                },
                []
            );
    }

    private static Price Read(SourceNode.Map map)
    {
        var of = map.Find("long") as SourceNode.Map;
        var input = Dollars(map, "input") ?? 0;
        return new Price
        {
            Model = RuleReader.TextOf(map, "model")!,
            Input = input,
            Output = Dollars(map, "output") ?? 0,
            CacheRead = Dollars(map, "cache_read") ?? input,
            CacheWrite = Dollars(map, "cache_write") ?? input,
            Context = Tokens(map, "context"),
            MaxOutput = Tokens(map, "max_output"),
            LongAbove = Tokens(of, "above"),
            LongInputPercent = Percent(of, "input"),
            LongOutputPercent = Percent(of, "output"),
        };
    }

    private static long? Dollars(SourceNode.Map? map, string key) =>
        Money.TryParse(RuleReader.TextOf(map, key), out var micro) ? micro : null;

    private static long Tokens(SourceNode.Map? map, string key) =>
        Units.TryCount(RuleReader.TextOf(map, key) ?? "", out var count) ? count : 0;

    // Never less than the plain price, and hundredths upwards.
    private static long Percent(SourceNode.Map? map, string key) =>
        Math.Max(100, ((Dollars(map, key) ?? Money.PerDollar) + 9_999) / 10_000);
}
