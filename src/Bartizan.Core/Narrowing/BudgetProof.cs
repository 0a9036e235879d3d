using System.Globalization;
using Bartizan.Core.Budgets;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// What may be spent. For each limit of the second the first must have one on the same thing that is no larger, and for each
/// rate one that is no faster; what only the first limits makes it narrower.
/// </summary>
internal sealed class BudgetProof(string nameOfFirst, string nameOfSecond)
{
    /// <summary>Everything in which the first may spend more.</summary>
    public IEnumerable<Excess> Find(Manifest first, Manifest second)
    {
        var (a, b) = (first.Budget ?? new Budget(), second.Budget);
        if (b?.Limits.Any(limit => limit.Scope == BudgetScope.Team) == true && first.Owner != second.Owner)
        {
            yield return new Excess(
                ExcessKind.Budget,
                $"{nameOfFirst} is of another `owner` than {nameOfSecond}, and spends of another team's budget"
            )
            {
                IsCertain = true,
            };
        }

        foreach (var theirs in b?.Limits ?? [])
        {
            var mine = a.Limits.FirstOrDefault(limit => limit.Scope == theirs.Scope && limit.Unit == theirs.Unit);
            if (mine is null || mine.Most > theirs.Most)
            {
                yield return More(theirs.Name, mine?.Show(mine.Most), theirs.Show(theirs.Most));
            }
        }

        foreach (var theirs in b?.Rates ?? [])
        {
            var same = a.Rates.Where(rate => rate.Verb == theirs.Verb && rate.Scope == theirs.Scope).ToList();
            if (!same.Exists(mine => IsWithin(mine, theirs)))
            {
                yield return More(theirs.Name, same.FirstOrDefault()?.ToString(), theirs.ToString());
            }
        }

        foreach (
            var excess in second.Hosts.OrderBy(h => h.Key, StringComparer.Ordinal).SelectMany(h => OfHost(first, h))
        )
        {
            yield return excess;
        }

        if (b?.SameCall is { } times && !(a.SameCall <= times))
        {
            yield return More("budgets.same_call", a.SameCall?.ToString(CultureInfo.InvariantCulture), $"{times}");
        }
    }

    private IEnumerable<Excess> OfHost(Manifest first, KeyValuePair<string, HostTerms> host)
    {
        var (name, theirs) = host;
        var mine = first.Hosts.GetValueOrDefault(name);
        if (theirs.Rate is { } rate && !(mine?.Rate is { } own && IsWithin(own, rate)))
        {
            yield return More($"hosts.{name}.rate", mine?.Rate?.ToString(), rate.ToString());
        }

        if (theirs.Up is { } up && !(mine?.Up <= up))
        {
            yield return More($"hosts.{name}.up", Bytes(mine?.Up), Bytes(up)!);
        }

        if (theirs.Down is { } down && !(mine?.Down <= down))
        {
            yield return More($"hosts.{name}.down", Bytes(mine?.Down), Bytes(down)!);
        }
    }

    private static string? Bytes(long? bytes) =>
        bytes is { } some ? string.Create(CultureInfo.InvariantCulture, $"{some} bytes") : null;

    // No more at once, and no more over time.
    private static bool IsWithin(BudgetRate mine, BudgetRate theirs) =>
        mine.Count <= theirs.Count
        && (Int128)mine.Count * theirs.Period.Ticks <= (Int128)theirs.Count * mine.Period.Ticks;

    private Excess More(string what, string? first, string second) =>
        new(ExcessKind.Budget, $"`{what}` is {first ?? "not limited"} in {nameOfFirst} and {second} in {nameOfSecond}")
        {
            IsCertain = true,
        };
}
