namespace Bartizan.Guards.Training;

/// <summary>
/// Scores every row by weights that were learnt without its family: what a new source will see. Clean families are left out in groups
/// (the weights miss a few sources at once, which errs on the hard side), attacks one family at a time.
/// </summary>
internal static class LeaveOut
{
    private const int CleanGroups = 8;

    public static List<Scored> Score(Bags bags, Learner learner, bool attacksToo)
    {
        var scored = new List<Scored>();
        var clean = bags
            .All.Where(b => !b.Row.IsAttack && !b.Row.IsMadeUp)
            .GroupBy(b => b.Row.Family)
            .OrderByDescending(g => g.Count())
            .ThenBy(g => g.Key, StringComparer.Ordinal)
            .Select((g, at) => (g.Key, Group: at % CleanGroups))
            .ToArray();
        foreach (var group in clean.GroupBy(c => c.Group))
        {
            var left = group.Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
            Add(r => !r.IsAttack && IsOf(r, left));
        }

        if (attacksToo)
        {
            foreach (var family in bags.All.Where(b => b.Row.IsAttack).Select(b => b.Row.Family).Distinct().ToArray())
            {
                // What sets a family's attacks into other texts goes with it.
                Add(r =>
                    r.IsAttack
                    && (r.Family == family || (r.Family == "in-context" && family is "injecagent" or "piarena"))
                );
            }
        }

        return scored;

        void Add(Func<Row, bool> left)
        {
            var learned = learner.Learn(left);
            foreach (var bag in bags.All.Where(b => left(b.Row)))
            {
                scored.Add(new Scored(bag.Row, learner.Worst(bag, learned, out _, out _)));
            }
        }

        // Pages made of a source's texts go with the source.
        static bool IsOf(Row row, HashSet<string> families) =>
            families.Contains(row.Family)
            || (row.Family == "synthetic" && families.Any(f => row.Source.Contains($"({f}", StringComparison.Ordinal)));
    }

    /// <summary>Thresholds for clean texts, each family counting as much as the root of its size.</summary>
    public static float Threshold(IEnumerable<Scored> clean, double rate)
    {
        var weighed = clean
            .GroupBy(s => s.Row.Family)
            .SelectMany(g => g.Select(s => (s.Score, Weight: 1 / Math.Sqrt(g.Count()))))
            .OrderByDescending(s => s.Score)
            .ToArray();
        var (left, at) = (rate * weighed.Sum(s => s.Weight), 0);
        while (at < weighed.Length && (left -= weighed[at].Weight) > 0)
        {
            at++;
        }

        return weighed[Math.Min(at, weighed.Length - 1)].Score;
    }
}
