using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Budgets;

/// <summary>What a reservation comes to. Whatever nobody can tell stays as it was reserved.</summary>
internal static class Settlement
{
    public static Spend Of(Reservation reservation, Outcome outcome)
    {
        var usage = outcome.Usage ?? new Usage();
        var bytes = Math.Max(reservation.Bytes, Add(usage.BytesIn, usage.BytesOut));
        var (tokens, money) =
            outcome.IsFree ? (0, 0)
            : outcome.Kind == OutcomeKind.Done && usage.IsCounted ? Counted(reservation, usage)
            : Uncounted(reservation, usage);
        return new Spend
        {
            Tokens = tokens,
            MicroDollars = money,
            Bytes = outcome.IsFree && reservation.Bytes == reservation.Spend.Bytes ? 0 : bytes,
        };
    }

    private static (long Tokens, long Money) Counted(Reservation reservation, Usage usage)
    {
        // Never less than what was seen to pass, however little the other side says it was.
        var output = Math.Max(usage.OutputTokens, Math.Min(usage.LeastOutputTokens, reservation.OutputTokens));
        var money =
            reservation.Price?.Of(usage.InputTokens, usage.CacheReadTokens, usage.CacheWriteTokens, output) ?? 0;
        return (Add(usage.InputTokens, output), money);
    }

    // A count that came before the end is a part of the whole: it can only add to what was reserved.
    private static (long Tokens, long Money) Uncounted(Reservation reservation, Usage usage) =>
        reservation.Spend.Tokens == 0
            ? (0, 0)
            : (
                Math.Max(reservation.Spend.Tokens, Add(usage.InputTokens, usage.OutputTokens)),
                Math.Max(
                    reservation.Spend.MicroDollars,
                    reservation.Price?.Of(
                        usage.InputTokens,
                        usage.CacheReadTokens,
                        usage.CacheWriteTokens,
                        usage.OutputTokens
                    ) ?? 0
                )
            );

    private static long Add(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;
}
