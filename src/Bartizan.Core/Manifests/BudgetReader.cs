using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Manifests;

/// <summary>Reads the <c>budgets</c> of a manifest or a baseline; what doesn't fit the shape was reported before.</summary>
internal static class BudgetReader
{
    /// <summary>One budget, or none where the file has no such key.</summary>
    public static ImmutableArray<Budget> Read(SourceNode.Map root, ImmutableArray<ManifestError>.Builder errors)
    {
        if (root.Find("budgets") is not SourceNode.Map map)
        {
            return [];
        }

        var budget = new Budget
        {
            Limits = [.. Enum.GetValues<BudgetScope>().SelectMany(scope => ReadLimits(map, scope))],
            Rates = [.. ReadRates(map.Find("rate") as SourceNode.Map)],
            SameCall = int.TryParse(RuleReader.TextOf(map, "same_call"), CultureInfo.InvariantCulture, out var most)
                ? most
                : null,
        };
        if (budget is { Limits.IsEmpty: true, Rates.IsEmpty: true, SameCall: null })
        {
            errors.Add(
                new(root.PositionOf("budgets"), "`budgets` limits nothing", "Give it `session`, `day` or `rate`.")
            );
        }

        return [budget];
    }

    private static IEnumerable<BudgetLimit> ReadLimits(SourceNode.Map budgets, BudgetScope scope)
    {
        var map = budgets.Find(BudgetLimit.WordOf(scope)) as SourceNode.Map;
        foreach (var unit in Enum.GetValues<BudgetUnit>())
        {
            if (RuleReader.TextOf(map, BudgetLimit.WordOf(unit)) is { } text && TryRead(unit, text, out var most))
            {
                yield return new BudgetLimit(scope, unit, most);
            }
        }
    }

    private static bool TryRead(BudgetUnit unit, string text, out long most)
    {
        switch (unit)
        {
            case BudgetUnit.Usd:
                return Money.TryParse(text, out most);
            case BudgetUnit.Bytes:
                return Units.TrySize(text, out most);
            case BudgetUnit.WallClock:
                var valid = Units.TryTime(text, out var time);
                most = (long)time.TotalSeconds;
                return valid;
            default:
                return Units.TryCount(text, out most);
        }
    }

    private static IEnumerable<BudgetRate> ReadRates(SourceNode.Map? map)
    {
        var scope = RuleReader.TextOf(map, "per") switch
        {
            "session" => BudgetScope.Session,
            "user" => BudgetScope.User,
            _ => BudgetScope.Day,
        };
        foreach (var verb in (Verb[])[Verb.Model, Verb.Tool, Verb.Http, Verb.Connect])
        {
            if (ReadRate(map, verb.ToString().ToLowerInvariant(), scope, verb) is { } rate)
            {
                yield return rate;
            }
        }

        if (ReadRate(map, "per_user", BudgetScope.User, Verb.Unknown) is { } user)
        {
            yield return user;
        }
    }

    /// <summary>One rate; null where the map has no such key.</summary>
    public static BudgetRate? ReadRate(SourceNode.Map? map, string key, BudgetScope scope, Verb verb) =>
        Units.TryRate(RuleReader.TextOf(map, key) ?? "", out var count, out var period)
            ? new BudgetRate(scope, verb, count, period)
            : null;
}
