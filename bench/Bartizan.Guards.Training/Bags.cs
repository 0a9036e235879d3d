using System.Numerics;
using Bartizan.Guards.Injection.Lexical;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Training;

/// <summary>
/// The rows of one channel as features. A feature counts when it was met in enough sources; what only one author writes is that author's
/// style and not an attack's.
/// </summary>
internal sealed class Bags
{
    /// <summary>Sources, each with its label, in which a feature must have been met.</summary>
    public const int LeastSources = 4;

    private const int SeenBits = 25;

    private readonly Dictionary<uint, int> _ids = [];
    private readonly List<ulong> _seen = [];
    private readonly Dictionary<string, int> _groups = [];

    public Bags(IReadOnlyList<Row> rows)
    {
        var raw = new List<(Row Row, uint[] Features, int[] Steps)>();
        var seen = new ulong[1 << SeenBits];
        var (features, steps) = (new List<uint>(), new List<int>());
        foreach (var row in rows)
        {
            Read(row.Text, features, steps);
            if (steps.Count == 0)
            {
                continue;
            }

            var group = 1ul << GroupOf(row);
            foreach (var feature in features)
            {
                seen[feature >> (32 - SeenBits)] |= group;
            }

            raw.Add((row, [.. features], [.. steps]));
        }

        foreach (var (row, all, ends) in raw)
        {
            var ids = new List<int>(all.Length);
            var (knownEnds, counts) = (new int[ends.Length], new int[ends.Length]);
            for (var (step, at) = (0, 0); step < ends.Length; step++)
            {
                counts[step] = ends[step] - at;
                for (; at < ends[step]; at++)
                {
                    var mask = seen[all[at] >> (32 - SeenBits)];
                    if (BitOperations.PopCount(mask) >= LeastSources)
                    {
                        ids.Add(IdOf(all[at], mask));
                    }
                }

                knownEnds[step] = ids.Count;
            }

            All.Add(
                new Bag
                {
                    Row = row,
                    Ids = [.. ids],
                    Steps = knownEnds,
                    Counts = counts,
                }
            );
        }
    }

    public List<Bag> All { get; } = [];

    /// <summary>How many features there are.</summary>
    public int Count => _seen.Count;

    /// <summary>All features with their places.</summary>
    public IEnumerable<KeyValuePair<uint, int>> Features => _ids;

    /// <summary>True when a feature counts without the sources of a family.</summary>
    public bool Counts(int id, ulong without) => BitOperations.PopCount(_seen[id] & ~without) >= LeastSources;

    /// <summary>The sources of families.</summary>
    public ulong GroupsOf(Func<Row, bool> of)
    {
        var mask = 0ul;
        foreach (var bag in All)
        {
            mask |= of(bag.Row) ? 1ul << GroupOf(bag.Row) : 0;
        }

        return mask;
    }

    /// <summary>Reads a text as the guard does.</summary>
    public static void Read(string text, List<uint> features, List<int> steps)
    {
        features.Clear();
        steps.Clear();
        var sink = new BagSink(features, steps);
        FeatureWalk<BagSink>.Over(TextViews.Of(text).Clearest.Text.Span, ref sink);
        sink.Complete();
    }

    // At most 64 of them: what comes after shares the last bit.
    private int GroupOf(Row row)
    {
        var name = $"{row.IsAttack}:{row.Source}";
        if (!_groups.TryGetValue(name, out var group))
        {
            group = Math.Min(_groups.Count, 63);
            _groups.Add(name, group);
        }

        return group;
    }

    private int IdOf(uint feature, ulong mask)
    {
        if (!_ids.TryGetValue(feature, out var id))
        {
            id = _seen.Count;
            _ids.Add(feature, id);
            _seen.Add(mask);
        }

        return id;
    }
}
