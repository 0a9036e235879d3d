using System.Collections.Immutable;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// A product of sets, one for each dimension of a verb: the actions that one alternative of a rule means. Only what it
/// leaves something out of is kept: most rules say nothing of most dimensions.
/// </summary>
internal sealed class Box
{
    private Box(ImmutableArray<BoxSide> sides) => Sides = sides;

    /// <summary>Every action.</summary>
    public static Box Everything { get; } = new([]);

    /// <summary>The sets that aren't everything, in the order of the dimensions.</summary>
    public ImmutableArray<BoxSide> Sides { get; }

    /// <summary>True when no action is in it.</summary>
    public bool IsEmpty
    {
        get
        {
            foreach (var (_, set) in Sides)
            {
                if (set.IsEmpty)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The set of a dimension; null when it is everything.</summary>
    public AtomSet? this[int dimension]
    {
        get
        {
            foreach (var (at, set) in Sides)
            {
                if (at >= dimension)
                {
                    return at == dimension ? set : null;
                }
            }

            return null;
        }
    }

    /// <summary>The box of some sides, each of a dimension of its own.</summary>
    public static Box Of(params IEnumerable<BoxSide> sides) =>
        new([.. sides.Where(s => !s.Set.IsFull).OrderBy(s => s.Dimension)]);

    /// <summary>The same box with another side, which isn't everything.</summary>
    public Box With(int dimension, AtomSet set)
    {
        var at = 0;
        while (at < Sides.Length && Sides[at].Dimension < dimension)
        {
            at++;
        }

        var side = new BoxSide(dimension, set);
        return new(
            at < Sides.Length && Sides[at].Dimension == dimension ? Sides.SetItem(at, side) : Sides.Insert(at, side)
        );
    }

    /// <summary>What of a dimension is in this box and not in a set.</summary>
    public AtomSet Beside(int dimension, AtomSet set) => this[dimension]?.Without(set) ?? set.Complement();

    /// <summary>What is in both; null when nothing is.</summary>
    public Box? And(Box other)
    {
        if (!Meets(other))
        {
            return null;
        }

        var both = ImmutableArray.CreateBuilder<BoxSide>(Sides.Length + other.Sides.Length);
        var (i, j) = (0, 0);
        while (i < Sides.Length || j < other.Sides.Length)
        {
            var mine = i < Sides.Length ? Sides[i].Dimension : int.MaxValue;
            var theirs = j < other.Sides.Length ? other.Sides[j].Dimension : int.MaxValue;
            if (mine == theirs)
            {
                both.Add(new BoxSide(mine, Sides[i++].Set.And(other.Sides[j++].Set)));
            }
            else
            {
                both.Add(mine < theirs ? Sides[i++] : other.Sides[j++]);
            }
        }

        return new Box(both.ToImmutable());
    }

    /// <summary>True when an action is in both.</summary>
    public bool Meets(Box other)
    {
        var (i, j) = (0, 0);
        while (i < Sides.Length && j < other.Sides.Length)
        {
            var (mine, theirs) = (Sides[i].Dimension, other.Sides[j].Dimension);
            if (mine == theirs && !Sides[i].Set.Meets(other.Sides[j].Set))
            {
                return false;
            }

            (i, j) = (mine <= theirs ? i + 1 : i, theirs <= mine ? j + 1 : j);
        }

        return true;
    }

    /// <summary>The dimensions along which this box sticks out of the other.</summary>
    public int CountOutside(Box other, out int last)
    {
        var count = 0;
        last = -1;
        foreach (var (dimension, set) in other.Sides)
        {
            if (this[dimension] is not { } mine || !mine.IsWithin(set))
            {
                (count, last) = (count + 1, dimension);
            }
        }

        return count;
    }
}
