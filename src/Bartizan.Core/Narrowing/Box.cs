using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Bartizan.Core.Narrowing;

/// <summary>A product of sets, one for each dimension of a verb: the actions that one alternative of a rule means.</summary>
internal sealed class Box(ImmutableArray<AtomSet> sides)
{
    /// <summary>The sets, in the order of the dimensions.</summary>
    public ImmutableArray<AtomSet> Sides { get; } = sides;

    /// <summary>The sizes of the dimensions.</summary>
    public ImmutableArray<int> Sizes => [.. Sides.Select(s => s.Length)];

    /// <summary>True when no action is in it.</summary>
    public bool IsEmpty
    {
        get
        {
            foreach (var side in Sides)
            {
                if (side.IsEmpty)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The same box with another side.</summary>
    public Box With(int dimension, AtomSet side) => new(Sides.SetItem(dimension, side));

    /// <summary>What is in both; null when nothing is.</summary>
    public Box? And(Box other)
    {
        if (!Meets(other))
        {
            return null;
        }

        var both = new AtomSet[Sides.Length];
        for (var i = 0; i < both.Length; i++)
        {
            both[i] = Sides[i].And(other.Sides[i]);
        }

        return new Box(ImmutableCollectionsMarshal.AsImmutableArray(both));
    }

    /// <summary>True when an action is in both.</summary>
    public bool Meets(Box other)
    {
        for (var i = 0; i < Sides.Length; i++)
        {
            if (!Sides[i].Meets(other.Sides[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The dimensions along which this box sticks out of the other.</summary>
    public int CountOutside(Box other, out int last)
    {
        var count = 0;
        last = -1;
        for (var i = 0; i < Sides.Length; i++)
        {
            if (!Sides[i].IsWithin(other.Sides[i]))
            {
                (count, last) = (count + 1, i);
            }
        }

        return count;
    }
}
