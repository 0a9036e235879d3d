namespace Bartizan.Guards.Sensitive;

/// <summary>
/// All ways to write all numbers, as a tree: from group to group by the group's length. A text is read along it once, whatever the
/// number of kinds, and what has a letter where all masks below have a digit goes no further.
/// </summary>
internal sealed class NumberMasks
{
    private readonly NumberMasks?[] _next = new NumberMasks?[NumberScan.MaxGroup + 1];

    // Places of this group that are digits in all masks from here on, and those that are letters.
    private ulong _digits = ulong.MaxValue;
    private ulong _letters = ulong.MaxValue;

    /// <summary>The masks that end here.</summary>
    public NumberMask[] Ending { get; private set; } = [];

    /// <summary>The kinds of the masks that end here, a bit each.</summary>
    public ulong Kinds { get; private set; }

    /// <summary>True where one of the masks that end here needs no word that names it.</summary>
    public bool IsSureAlone { get; private set; }

    /// <summary>True where no mask goes on.</summary>
    public bool IsEnd { get; private set; } = true;

    /// <summary>The whole tree.</summary>
    public static NumberMasks All { get; } = Grow();

    /// <summary>The masks that go on with a group; null when none does.</summary>
    /// <param name="length">How long the group is.</param>
    /// <param name="letters">Which of its places are letters, the first the lowest bit.</param>
    public NumberMasks? Next(int length, ulong letters)
    {
        var next = _next[length];
        return next is null || (letters & next._digits) != 0 || (~letters & next._letters) != 0 ? null : next;
    }

    private static NumberMasks Grow()
    {
        var root = new NumberMasks();
        var kinds = NumberKinds.All;
        for (var kind = 0; kind < kinds.Length; kind++)
        {
            foreach (var mask in kinds[kind].Masks.Split('|'))
            {
                root.Add(kinds[kind], 1UL << kind, mask.Split(' '));
            }
        }

        return root;
    }

    private void Add(NumberKind kind, ulong bit, string[] groups)
    {
        var at = this;
        foreach (var group in groups)
        {
            at.IsEnd = false;
            at = at._next[group.Length] ??= new NumberMasks();
            at._digits &= Places(group, '9');
            at._letters &= Places(group, 'A');
        }

        var plain = string.Concat(groups);
        var mask = new NumberMask(kind, bit, plain.Length, groups.Length > 1, Places(plain, '9'), Places(plain, 'A'));
        at.Ending = [.. at.Ending, mask];
        at.Kinds |= bit;
        at.IsSureAlone |= mask.Alone >= NumberScan.LeastSure;
    }

    private static ulong Places(string mask, char sign)
    {
        var places = 0UL;
        for (var at = 0; at < mask.Length; at++)
        {
            places |= mask[at] == sign ? 1UL << at : 0;
        }

        return places;
    }
}
