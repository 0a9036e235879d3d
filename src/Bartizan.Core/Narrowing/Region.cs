using System.Collections.Immutable;
using Bartizan.Core.Conditions;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// Circumstances as boxes, which are known only once all atoms are: conditions are named first and asked for later.
/// </summary>
/// <param name="Most">How many boxes there are at the most.</param>
/// <param name="Boxes">The boxes.</param>
internal sealed record Region(long Most, Func<ImmutableArray<Box>> Boxes)
{
    /// <summary>All circumstances.</summary>
    public static Region Everything { get; } = new(1, () => [Box.Everything]);

    /// <summary>None.</summary>
    public static Region Nothing { get; } = new(0, () => []);

    /// <summary>Where a question's answer fits.</summary>
    public static Region Of(FactDimension dimension, string question, Func<Truth, bool> fits) =>
        new(1, () => BoxesOf(dimension, dimension.SetOf(question, fits))) { Only = dimension };

    /// <summary>The only dimension that it looks at; null for several or none.</summary>
    public FactDimension? Only { get; private init; }

    /// <summary>The boxes of a set of one dimension.</summary>
    public static ImmutableArray<Box> BoxesOf(FactDimension dimension, AtomSet set) =>
        set.IsEmpty ? [] : [Box.Of(new BoxSide(dimension.Number, set))];

    /// <summary>What is in all.</summary>
    public static Region And(IReadOnlyList<Region> all)
    {
        var most = 1L;
        foreach (var one in all)
        {
            most = Math.Min(int.MaxValue, most * one.Most);
        }

        var only = all.Count > 0 && all.All(r => r.Only is not null && r.Only == all[0].Only) ? all[0].Only : null;
        return new Region(only is null ? most : 1, () => Meet(all.Select(r => r.Boxes()))) { Only = only };
    }

    /// <summary>What is in one of them. What looks at one dimension alone is one box, whatever it says of it.</summary>
    public static Region Or(IReadOnlyList<Region> all)
    {
        var alone = all.Where(r => r.Only is not null).Select(r => r.Only).Distinct().Count();
        var most = alone + all.Where(r => r.Only is null).Sum(r => r.Most);
        var only = alone == 1 && all.All(r => r.Only is not null) ? all[0].Only : null;
        return new Region(Math.Min(int.MaxValue, most), () => Join(all.SelectMany(r => r.Boxes()))) { Only = only };
    }

    /// <summary>The boxes that lie in one of each list.</summary>
    public static ImmutableArray<Box> Meet(IEnumerable<ImmutableArray<Box>> all)
    {
        ImmutableArray<Box> met = [Box.Everything];
        foreach (var boxes in all)
        {
            met = [.. met.SelectMany(one => boxes.Select(one.And)).OfType<Box>()];
        }

        return met;
    }

    private static ImmutableArray<Box> Join(IEnumerable<Box> boxes)
    {
        var joined = new SortedDictionary<int, AtomSet>();
        var others = ImmutableArray.CreateBuilder<Box>();
        foreach (var box in boxes)
        {
            if (box.Sides.IsEmpty)
            {
                return [Box.Everything];
            }

            if (box.Sides is [var side])
            {
                joined[side.Dimension] = joined.TryGetValue(side.Dimension, out var set) ? set.Or(side.Set) : side.Set;
            }
            else
            {
                others.Add(box);
            }
        }

        return [.. joined.Select(side => Box.Of(new BoxSide(side.Key, side.Value))), .. others];
    }
}
