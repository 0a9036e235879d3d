namespace Bartizan.Core.Budgets;

/// <summary>
/// What a model costs, in millionths of a dollar for a million tokens, so that a token costs a whole number of millionths of
/// millionths and sums are exact.
/// </summary>
public sealed record Price
{
    private const long Million = 1_000_000;
    private const long Percent = 100;

    /// <summary>The model ids it is for; <c>*</c> stands for any part.</summary>
    public required string Model { get; init; }

    /// <summary>Tokens in.</summary>
    public long Input { get; init; }

    /// <summary>Tokens out, thinking included.</summary>
    public long Output { get; init; }

    /// <summary>Tokens read from a cache.</summary>
    public long CacheRead { get; init; }

    /// <summary>Tokens written to a cache, at the dearest lifetime.</summary>
    public long CacheWrite { get; init; }

    /// <summary>The most tokens that the model reads; 0 when unknown.</summary>
    public long Context { get; init; }

    /// <summary>The most tokens that one answer has; 0 when unknown.</summary>
    public long MaxOutput { get; init; }

    /// <summary>Above so many tokens in, all of them cost more; 0 when they don't.</summary>
    public long LongAbove { get; init; }

    /// <summary>What tokens in cost then, in hundredths: 200 is double.</summary>
    public long LongInputPercent { get; init; } = Percent;

    /// <summary>What tokens out cost then, in hundredths.</summary>
    public long LongOutputPercent { get; init; } = Percent;

    /// <summary>The worst that so many tokens can cost.</summary>
    public long Worst(long input, long output) => Round(InputCost(input) + OutputCost(input, output));

    /// <summary>How many tokens out so much money pays, after the worst that the input can cost; negative when not even that.</summary>
    public long Affordable(long micro, long input)
    {
        var left = ((Int128)micro * Million * Percent) - InputCost(input);
        if (left < 0)
        {
            return -1;
        }

        var each = OutputCost(input, 1);
        return each == 0 ? long.MaxValue : Clamp(left / each);
    }

    /// <summary>What an answer cost.</summary>
    public long Of(long input, long cacheRead, long cacheWrite, long output)
    {
        // Counts that contradict each other are the dearest reading: nothing is read for less than the total says.
        var plain = Int128.Max((Int128)input - cacheRead - cacheWrite, 0);
        var cost = (Input * plain) + ((Int128)CacheRead * cacheRead) + ((Int128)CacheWrite * cacheWrite);
        return Round((cost * (IsLong(input) ? LongInputPercent : Percent)) + OutputCost(input, output));
    }

    private bool IsLong(long input) => LongAbove > 0 && input > LongAbove;

    // Whoever reads or writes the cache is known only afterwards: the dearer of the two.
    private Int128 InputCost(long input) =>
        (Int128)Math.Max(Input, CacheWrite) * input * (IsLong(input) ? LongInputPercent : Percent);

    private Int128 OutputCost(long input, long output) =>
        (Int128)Output * output * (IsLong(input) ? LongOutputPercent : Percent);

    // Upwards: a fraction of a millionth is a millionth.
    private static long Round(Int128 cost) => Clamp((cost + (Million * Percent) - 1) / (Million * Percent));

    private static long Clamp(Int128 value) => value > long.MaxValue ? long.MaxValue : (long)value;
}
