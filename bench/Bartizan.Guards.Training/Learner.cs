using Bartizan.Guards.Injection.Lexical;

namespace Bartizan.Guards.Training;

/// <summary>
/// Logistic regression on the worst window of each text (the window is chosen anew in every round), with AdaGrad, L2 and features left
/// out at random. The weights of several seeds are averaged: one seed's are a matter of luck.
/// </summary>
internal sealed class Learner(Bags bags)
{
    public int Rounds { get; init; } = 5;
    public float Rate { get; init; } = 0.2f;
    public float Decay { get; init; } = 5e-3f;
    public float FamilyPower { get; init; } = 0.5f;
    public int Seeds { get; init; } = 1;

    private readonly float[] _sums = new float[4096];

    /// <summary>Learns from all rows but those left out.</summary>
    public Learned Learn(Func<Row, bool>? without = null)
    {
        var kept = bags.All.Where(b => without is null || !without(b.Row)).ToArray();
        Balance(kept);
        var lost = without is null ? 0 : bags.GroupsOf(without);
        var counts = new bool[bags.Count];
        for (var id = 0; id < counts.Length; id++)
        {
            counts[id] = bags.Counts(id, lost);
        }

        var mean = new float[bags.Count];
        var bias = 0f;
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var one = LearnOnce(kept, counts, new Seeded((ulong)seed));
            bias += one.Bias / Seeds;
            for (var id = 0; id < mean.Length; id++)
            {
                mean[id] += one.Weights[id] / Seeds;
            }
        }

        return new Learned(mean, bias);
    }

    /// <summary>The score of a text's worst window, and which it is.</summary>
    public float Worst(Bag bag, Learned learned, out int from, out int to)
    {
        var steps = bag.Steps.Length;
        var sums = steps <= _sums.Length ? _sums : new float[steps];
        for (var (step, at) = (0, 0); step < steps; step++)
        {
            var sum = 0f;
            for (; at < bag.Steps[step]; at++)
            {
                sum += learned.Weights[bag.Ids[at]];
            }

            sums[step] = sum;
        }

        var worst = float.NegativeInfinity;
        (from, to) = (0, steps);
        foreach (var length in LexicalWindows.Lengths)
        {
            var size = Math.Min(length, steps);
            for (var end = size; end <= steps; end++)
            {
                var (sum, count) = (0f, 0);
                for (var step = end - size; step < end; step++)
                {
                    sum += sums[step];
                    count += bag.Counts[step];
                }

                var score = Of(sum, count, learned.Bias);
                if (score > worst)
                {
                    (worst, from, to) = (score, end - size, end);
                }
            }
        }

        return worst;
    }

    private static float Of(float sum, int count, float bias) =>
        bias + (sum / MathF.Sqrt(MathF.Max(count, LexicalWindows.LeastFeatures)));

    private void Balance(Bag[] kept)
    {
        foreach (var label in kept.GroupBy(b => b.Row.IsAttack))
        {
            var total = 0f;
            foreach (var family in label.GroupBy(b => b.Row.Family))
            {
                var weight = MathF.Pow(family.Count(), -FamilyPower);
                foreach (var bag in family)
                {
                    bag.Weight = weight;
                    total += weight;
                }
            }

            foreach (var bag in label)
            {
                bag.Weight *= kept.Length / 2f / total;
            }
        }
    }

    private Learned LearnOnce(Bag[] kept, bool[] counts, Seeded seeded)
    {
        var learned = new Learned(new float[bags.Count], 0);
        var squares = new float[bags.Count];
        var order = Enumerable.Range(0, kept.Length).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            seeded.Shuffle(order);
            foreach (var at in order)
            {
                var bag = kept[at];
                Worst(bag, learned, out var from, out var to);
                if (round == 0 || (!bag.Row.IsAttack && (seeded.Next() & 4096) != 0))
                {
                    (from, to) = Any(bag, seeded);
                }

                Step(bag, from, to, learned, squares, counts, seeded);
            }
        }

        return learned;
    }

    private static (int From, int To) Any(Bag bag, Seeded seeded)
    {
        var length = LexicalWindows.Lengths[seeded.Below(LexicalWindows.Lengths.Length)];
        var size = Math.Min(length, bag.Steps.Length);
        var from = seeded.Below(bag.Steps.Length - size + 1);
        return (from, from + size);
    }

    private void Step(Bag bag, int from, int to, Learned learned, float[] squares, bool[] counts, Seeded seeded)
    {
        var (first, last) = (from == 0 ? 0 : bag.Steps[from - 1], bag.Steps[to - 1]);
        var features = 0;
        for (var step = from; step < to; step++)
        {
            features += bag.Counts[step];
        }

        // Half of the features are left out, others each time.
        var salt = (uint)seeded.Next();
        var sum = 0f;
        for (var at = first; at < last; at++)
        {
            var id = bag.Ids[at];
            if (counts[id] && IsIn(id, salt))
            {
                sum += learned.Weights[id];
            }
        }

        var norm = 1 / MathF.Sqrt(MathF.Max(features, LexicalWindows.LeastFeatures));
        var score = learned.Bias + (2 * sum * norm);
        var probability = 1 / (1 + MathF.Exp(-score));
        var pull = (probability - (bag.Row.IsAttack ? 1 : 0)) * bag.Weight;
        learned.Bias -= 0.01f * pull;
        var slope = 2 * pull * norm;
        for (var at = first; at < last; at++)
        {
            var id = bag.Ids[at];
            if (!counts[id] || !IsIn(id, salt))
            {
                continue;
            }

            var gradient = slope + (Decay * learned.Weights[id]);
            squares[id] += gradient * gradient;
            learned.Weights[id] -= Rate * gradient / (MathF.Sqrt(squares[id]) + 1e-4f);
        }
    }

    private static bool IsIn(int id, uint salt) => (((uint)id ^ salt) * 0x9E3779B1 >> 31) != 0;
}
