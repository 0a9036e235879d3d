using System.Globalization;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Budgets;

/// <summary>The worst case of one action, in the units that budgets count.</summary>
internal readonly record struct Demand(
    BudgetUnit Call,
    long Input,
    long MostOutput,
    long LeastOutput,
    int Answers,
    long Bytes
)
{
    /// <summary>The price; null when nobody counts money, or for what costs none.</summary>
    public Price? Price { get; private init; }

    /// <summary>Why nothing can be reserved; null when it can.</summary>
    public string? Problem { get; private init; }

    /// <summary>True when tokens or money are counted of it.</summary>
    public bool IsCounted { get; private init; }

    /// <summary>Works it out.</summary>
    public static Demand Of(Budget budget, AgentAction action, PriceTable prices)
    {
        var call = BudgetAccount.UnitOf(action.Target.Verb);
        var bytes = action.Estimate?.Bytes ?? 0;
        if (action is not { Estimate: { } estimate, Target: ModelTarget model } || !budget.CountsTokens)
        {
            return new Demand(call, 0, 0, 0, 1, bytes);
        }

        var price = prices.Find(model.Model);
        var (most, least, input) = BoundsOf(estimate, price);
        return new Demand(call, input, most, least, estimate.Answers, bytes)
        {
            IsCounted = true,
            Price = budget.CountsMoney ? price : null,
            Problem =
                !budget.CountsMoney ? null
                : price is null
                    ? $"a `usd` budget stands in its manifest and no price is known for `{model.Model}`: an operator can add it to `{PriceTable.FileName}` in the instance's directory"
                : estimate.Unpriced is { } why
                    ? $"a `usd` budget stands in its manifest and can't hold this call, because {why}"
                : null,
        };
    }

    /// <summary>
    /// Why a limit doesn't hold it; null when it does. Where less output fits than was asked for, <paramref name="output"/> falls.
    /// </summary>
    public string? Refusal(BudgetLimit limit, long used, ref long output, long opened, TimeProvider clock)
    {
        var left = limit.Most - used;
        switch (limit.Unit)
        {
            case BudgetUnit.WallClock:
                var seconds = (long)clock.GetElapsedTime(opened).TotalSeconds;
                return seconds < limit.Most ? null : Full(limit, seconds, 0);
            case BudgetUnit.Concurrent:
                return left >= 1 ? null : Full(limit, used, 1);
            case BudgetUnit.Bytes:
                return left >= Bytes ? null : Full(limit, used, Bytes);
            case BudgetUnit.ModelTokens when IsCounted:
                // Not `left - Input` before it is known to fit: no difference may overflow.
                output = left < Input ? -1 : Math.Min(output, left - Input);
                return output >= LeastOutput ? null : Full(limit, used, Add(Input, LeastOutput));
            case BudgetUnit.Usd when Price is not null:
                output = left < 0 ? -1 : Math.Min(output, Price.Affordable(left, Input));
                return output >= LeastOutput ? null : Full(limit, used, Price.Worst(Input, LeastOutput));
            case BudgetUnit.ModelTokens or BudgetUnit.Usd:
                return null;
            default:
                return limit.Unit != Call || left >= 1 ? null : Full(limit, used, 1);
        }
    }

    /// <summary>What is reserved when so much output is granted.</summary>
    public Spend SpendOf(long output) =>
        new()
        {
            Tokens = Add(Input, output),
            MicroDollars = Price?.Worst(Input, output) ?? 0,
            Bytes = Bytes,
        };

    private static (long Most, long Least, long Input) BoundsOf(SpendEstimate estimate, Price? price)
    {
        var context = price is { Context: > 0 } ? price.Context : BudgetLedger.UnknownContext;
        var longest = price is { MaxOutput: > 0 } ? price.MaxOutput : BudgetLedger.UnknownMaxOutput;
        var answers = Math.Max(estimate.Answers, 1);
        var most = Multiply(estimate.MaxOutputTokens ?? longest, answers);
        return (
            most,
            Math.Min(most, Multiply(estimate.MinOutputTokens, answers)),
            estimate.ReadsElsewhere ? Math.Max(context, estimate.InputTokens) : estimate.InputTokens
        );
    }

    private static string Full(BudgetLimit limit, long used, long needed) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"`{limit.Name}` is {limit.Show(limit.Most)}, of which {limit.Show(used)} are used or reserved"
        ) + (needed > 1 ? $", and this may take {limit.Show(needed)}" : "");

    private static long Add(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;

    private static long Multiply(long a, long b) => a > long.MaxValue / b ? long.MaxValue : a * b;
}
