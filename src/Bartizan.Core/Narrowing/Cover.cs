using System.Collections.Immutable;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// Boxes, and the question whether they cover another. By subtraction: what sticks out of one box is cut into boxes that are
/// asked about the rest. Each dimension has an index from its atoms to the boxes that hold them, and the narrowest
/// side of what is asked picks the boxes that can meet it at all.
/// </summary>
internal sealed class Cover
{
    /// <summary>How deep boxes are cut into boxes; each level is a box that sticks out in two dimensions or more.</summary>
    private const int MaxDepth = 1_000;

    /// <summary>Atoms of a side up to which the index is asked; more are as cheap to look through.</summary>
    private const int MaxLookups = 64;

    private readonly ImmutableArray<Box> _boxes;
    private readonly ImmutableArray<int> _atoms;
    private readonly AtomSet[]?[] _index;

    /// <summary>Makes an index of boxes of one space.</summary>
    public Cover(ImmutableArray<Box> boxes, ImmutableArray<int> atoms)
    {
        _boxes = boxes;
        _atoms = atoms;
        _index = new AtomSet[]?[atoms.Length];
    }

    /// <summary>The boxes.</summary>
    public ImmutableArray<Box> Boxes => _boxes;

    /// <summary>The numbers of the boxes that meet a box.</summary>
    public List<int> Meeting(Box box)
    {
        var narrow = 0;
        var least = int.MaxValue;
        for (var i = 0; i < box.Sides.Length; i++)
        {
            if (box.Sides[i].Count is var count && count < least)
            {
                (narrow, least) = (i, count);
            }
        }

        var meeting = new List<int>();
        foreach (
            var i in least > MaxLookups ? Enumerable.Range(0, _boxes.Length) : Candidates(box.Sides[narrow], narrow)
        )
        {
            if (_boxes[i].Meets(box))
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
            to.Add(_boxes[i]);
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
                    box = box.With(only, box.Sides[only].Without(cover.Sides[only]));
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
        for (var i = 0; i < box.Sides.Length; i++)
        {
            var beside = box.Sides[i].Without(cover.Sides[i]);
            if (beside.IsEmpty)
            {
                continue;
            }

            var found = Find(box.With(i, beside), covers, effort, depth + 1);
            if (found is not null || effort.GivenUp is not null)
            {
                return found;
            }

            box = box.With(i, box.Sides[i].And(cover.Sides[i]));
        }

        return null;
    }

    private IEnumerable<int> Candidates(AtomSet side, int dimension)
    {
        var index = _index[dimension] ??= IndexOf(dimension);
        AtomSet? all = null;
        foreach (var atom in side.Atoms())
        {
            all = all is null ? index[atom] : all.Or(index[atom]);
        }

        return all?.Atoms() ?? [];
    }

    private AtomSet[] IndexOf(int dimension)
    {
        var holding = new List<int>[_atoms[dimension]];
        for (var i = 0; i < _boxes.Length; i++)
        {
            foreach (var atom in _boxes[i].Sides[dimension].Atoms())
            {
                (holding[atom] ??= []).Add(i);
            }
        }

        return [.. holding.Select(h => AtomSet.Of(_boxes.Length, h ?? []))];
    }
}
