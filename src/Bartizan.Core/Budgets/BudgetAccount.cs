using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Budgets;

/// <summary>What one session, agent, person or team has spent and holds reserved. Only the ledger touches it, under its lock.</summary>
internal sealed class BudgetAccount(bool isDaily)
{
    private readonly long[] _used = new long[(int)BudgetUnit.WallClock + 1];
    private readonly Dictionary<BudgetRate, RateBucket> _buckets = [];

    /// <summary>The day it stands on; moves only forward.</summary>
    public DateOnly Day { get; private set; }

    /// <summary>True when the log knows of spending before this instance started: then no bucket starts full.</summary>
    public bool IsRestored { get; set; }

    /// <summary>What is used or reserved of a unit.</summary>
    public long this[BudgetUnit unit] => _used[(int)unit];

    /// <summary>Moves to a later day; what is under way stays under way.</summary>
    public void Roll(DateOnly today)
    {
        if (!isDaily || today <= Day)
        {
            return;
        }

        Day = today;
        var underWay = _used[(int)BudgetUnit.Concurrent];
        Array.Clear(_used);
        _used[(int)BudgetUnit.Concurrent] = underWay;
    }

    /// <summary>Adds, or takes back; a count doesn't pass either end of its range.</summary>
    public void Add(BudgetUnit unit, long amount) =>
        _used[(int)unit] = (long)Int128.Clamp((Int128)_used[(int)unit] + amount, 0, long.MaxValue);

    /// <summary>Adds tokens, money and bytes.</summary>
    public void Add(Spend spend, int sign = 1)
    {
        Add(BudgetUnit.ModelTokens, sign * spend.Tokens);
        Add(BudgetUnit.Usd, spend.MicroDollars * sign);
        Add(BudgetUnit.Bytes, spend.Bytes * sign);
    }

    /// <summary>The bucket of a rate.</summary>
    public RateBucket BucketOf(BudgetRate rate, long frequency, long now)
    {
        if (!_buckets.TryGetValue(rate, out var bucket))
        {
            bucket = new RateBucket(rate, frequency, now, IsRestored);
            _buckets.Add(rate, bucket);
        }

        return bucket;
    }

    /// <summary>True when nothing would be lost with it.</summary>
    public bool IsIdle(DateOnly today) => isDaily && Day < today && _used[(int)BudgetUnit.Concurrent] == 0;

    /// <summary>The unit that a verb's calls are counted in; unknown when they aren't.</summary>
    public static BudgetUnit UnitOf(Verb verb) =>
        verb switch
        {
            Verb.Model => BudgetUnit.Model,
            Verb.Tool => BudgetUnit.Tool,
            Verb.Http => BudgetUnit.Http,
            Verb.Connect => BudgetUnit.Connect,
            _ => BudgetUnit.Unknown,
        };
}
