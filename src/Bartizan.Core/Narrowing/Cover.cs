using System.Collections.Immutable;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// Boxes, and the question whether they cover another. By subtraction: what sticks out of one box is cut into boxes that are
/// asked about the rest. Each dimension has an index from its atoms to the boxes that hold them, and the narrowest
/// side of what is asked picks the boxes that can meet it at all.
/// </summary>
internal sealed class Cover(ImmutableArray<Box> boxes)
{
    /// <summary>How deep boxes are cut into boxes; each level is a box that sticks out in two dimensions or more.</summary>
    private const int MaxDepth = 1_000;

    /// <summary>Atoms of a side up to which the index is asked; more are as cheap to look through.</summary>
    private const int MaxLookups = 64;

    private readonly Dictionary<int, AtomSet[]> _index = [];

    /// <summary>The boxes.</summary>
    public ImmutableArray<Box> Boxes => boxes;

    /// <summary>The numbers of the boxes that meet a box.</summary>
    public List<int> Meeting(Box box)
    {
        // The side that leaves the least of its dimension tells the most.
        var (narrow, least, share) = (-1, int.MaxValue, double.MaxValue);
        foreach (var (dimension, set) in box.Sides)
        {
            if (set.Count is var count && (double)count / set.Length is var part && part < share)
            {
                (narrow, least, share) = (dimension, count, part);
            }
        }

        var meeting = new List<int>();
        foreach (var i in least > MaxLookups ? Enumerable.Range(0, boxes.Length) : Candidates(box[narrow]!, narrow))
        {
            if (boxes[i].Meets(box))
            {
                meeting.Add(i);
            }
        }

        return meeting;
    }

    /// <summary>
    /// A part of a box that neither this cover nor the others reach; null when there is none, or effort ran out.
    /// </summary>
    public Box? FindOutside(Box box, Effort effort, params ReadOnlySpan<Cover> others)
    {
        var covers = new List<Box>();
        Add(box, covers);
        foreach (var other in others)
        {
            other.Add(box, covers);
        }

        return Find(box, covers, effort, 0);
    }

    private void Add(Box box, List<Box> to)
    {
        foreach (var i in Meeting(box))
        {
            to.Add(boxes[i]);
        }
    }

    private static Box? Find(Box box, List<Box> covers, Effort effort, int depth)
    {
        if (depth > MaxDepth)
        {
            effort.GiveUp($"rules are nested more than {MaxDepth} deep");
            return null;
        }

        while (true)
        {
            // What sticks out in one dimension only takes its part of it away at once.
            List<Box> meeting = [];
            Box? best = null;
            var (bestOutside, cut) = (int.MaxValue, false);
            foreach (var cover in covers)
            {
                if (!effort.Spend(1))
                {
                    return null;
                }

                if (!cover.Meets(box))
                {
                    continue;
                }

                var outside = box.CountOutside(cover, out var only);
                if (outside == 0)
                {
                    return null;
                }

                if (outside == 1)
                {
                    box = box.With(only, box.Beside(only, cover[only]!));
                    cut = true;
                    continue;
                }

                meeting.Add(cover);
                (best, bestOutside) = outside < bestOutside ? (cover, outside) : (best, bestOutside);
            }

            covers = meeting;
            if (cut)
            {
                continue;
            }

            if (best is null)
            {
                return box;
            }

            return FindBeside(box, best, covers, effort, depth);
        }
    }

    private static Box? FindBeside(Box box, Box cover, List<Box> covers, Effort effort, int depth)
    {
        foreach (var (dimension, side) in cover.Sides)
        {
            var beside = box.Beside(dimension, side);
            if (beside.IsEmpty)
            {
                continue;
            }

            var found = Find(box.With(dimension, beside), covers, effort, depth + 1);
            if (found is not null || effort.GivenUp is not null)
            {
                return found;
            }

            box = box.With(dimension, box[dimension]?.And(side) ?? side);
        }

        return null;
    }

    private IEnumerable<int> Candidates(AtomSet side, int dimension)
    {
        if (!_index.TryGetValue(dimension, out var index))
        {
            _index.Add(dimension, index = IndexOf(dimension));
        }

        // No box says anything of the dimension: each may meet.
        if (index.Length == 0)
        {
            return Enumerable.Range(0, boxes.Length);
        }

        AtomSet? all = null;
        foreach (var atom in side.Atoms())
        {
            all = all is null ? index[atom] : all.Or(index[atom]);
        }

        return all?.Atoms() ?? [];
    }

    // A box that leaves the dimension open holds each of its atoms.
    private AtomSet[] IndexOf(int dimension)
    {
        var length = boxes.Select(b => b[dimension]?.Length).FirstOrDefault(l => l is not null) ?? 0;
        var holding = new List<int>[length];
        var open = new List<int>();
        for (var i = 0; i < boxes.Length; i++)
        {
            if (boxes[i][dimension] is not { } side)
            {
                open.Add(i);
                continue;
            }

            foreach (var atom in side.Atoms())
            {
                (holding[atom] ??= []).Add(i);
            }
        }

        return length == 0 ? [] : [.. holding.Select(h => AtomSet.Of(boxes.Length, h is null ? open : h.Concat(open)))];
    }
}
