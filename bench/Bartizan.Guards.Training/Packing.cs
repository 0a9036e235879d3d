using System.Numerics;
using Bartizan.Guards.Injection.Lexical;

namespace Bartizan.Guards.Training;

/// <summary>Weights of floating point to what is shipped: steps of eight bits in buckets of eight.</summary>
internal static class Packing
{
    private const int BucketBits = 15;

    /// <summary>Packs what was learnt; what a full bucket can't take is what weighs least.</summary>
    public static LexicalHead Pack(Bags bags, Learned learned, float[] thresholds, out int lost)
    {
        var largest = bags.Features.Max(f => Math.Abs(learned.Weights[f.Value]));

        // The few largest weights are cut to the scale of the rest.
        var sorted = bags.Features.Select(f => Math.Abs(learned.Weights[f.Value])).Order().ToArray();
        var scale = Math.Min(largest, sorted[(int)(sorted.Length * 0.999)] * 1.5f) / 127;
        var buckets = new ulong[2 << BucketBits];
        lost = 0;
        foreach (
            var (feature, id) in bags
                .Features.OrderByDescending(f => Math.Abs(learned.Weights[f.Value]))
                .ThenBy(f => f.Key)
        )
        {
            var step = (int)Math.Clamp(MathF.Round(learned.Weights[id] / scale), -127, 127);
            if (step == 0)
            {
                continue;
            }

            var bucket = (int)(feature >> (32 - BucketBits)) * 2;
            var used = (64 - BitOperations.LeadingZeroCount(buckets[bucket]) + 7) / 8;
            if (used == LexicalHead.PerBucket)
            {
                lost++;
                continue;
            }

            buckets[bucket] |= LexicalHead.Print(feature) << (8 * used);
            buckets[bucket + 1] |= (ulong)(byte)(sbyte)step << (8 * used);
        }

        return new LexicalHead(buckets, scale, learned.Bias, thresholds);
    }
}
