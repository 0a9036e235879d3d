namespace Bartizan.Guards.Sensitive;

/// <summary>
/// All ways to write all numbers, as a tree: from group to group by the group's length, and, as long as all before were digits, by
/// whether it is of digits alone. A text is read along it once, whatever the number of kinds, and what has a letter where all masks
/// below have a digit goes no further.
/// </summary>
internal sealed class NumberMasks
{
    // By the length of the next group: one of digits alone, and one with letters; the same once a group had letters.
    private readonly NumberMasks?[] _digitsNext;
    private readonly NumberMasks?[] _next = new NumberMasks?[NumberScan.MaxGroup + 1];

    // Places of this group that are digits in all masks from here on, and those that are letters.
    private ulong _digits = ulong.MaxValue;
    private ulong _letters = ulong.MaxValue;

    private NumberMasks(bool isDigits) => _digitsNext = isDigits ? new NumberMasks?[_next.Length] : _next;

    /// <summary>The masks that end here.</summary>
    public NumberMask[] Ending { get; private set; } = [];

    /// <summary>The kinds of the masks that end here, a bit each.</summary>
    public ulong Kinds { get; private set; }

    /// <summary>True where one of the masks that end here needs no word that names it.</summary>
    public bool IsSureAlone { get; private set; }

    /// <summary>True where no mask goes on.</summary>
    public bool IsEnd { get; private set; } = true;

    /// <summary>True where letters stand where letters belong, and digits where digits belong, in the group that leads here.</summary>
    /// <param name="letters">Which of its places are letters, the first the lowest bit.</param>
    public bool Fits(ulong letters) => (letters & _digits) == 0 && (~letters & _letters) == 0;

    /// <summary>What goes on with groups of a length; null when nothing does.</summary>
    public NumberMasks? Next(int length, bool hasLetters) => (hasLetters ? _next : _digitsNext)[length];

    /// <summary>The whole tree, grown.</summary>
    public static NumberMasks Grow()
    {
        var root = new NumberMasks(isDigits: true);
        var kinds = NumberKinds.All;
        for (var kind = 0; kind < kinds.Length; kind++)
        {
            foreach (var way in kinds[kind].Masks.Split('|'))
            {
                var groups = way.Split(' ');
                var plain = string.Concat(groups);
                var (digits, letters) = (Places(plain, '9'), Places(plain, 'A'));
                root.Add(
                    new NumberMask(kinds[kind], 1UL << kind, plain.Length, groups.Length > 1, digits, letters),
                    groups
                );
            }
        }

        return root;
    }

    private void Add(NumberMask mask, ReadOnlySpan<string> groups)
    {
        if (groups.IsEmpty)
        {
            Ending = [.. Ending, mask];
            Kinds |= mask.Bit;
            IsSureAlone |= mask.Alone >= NumberScan.LeastSure;
            return;
        }

        IsEnd = false;
        var isSplit = _digitsNext != _next;
        if (isSplit && !groups[0].Contains('A', StringComparison.Ordinal))
        {
            Add(mask, groups, _digitsNext, isDigits: true);
        }

        if (!isSplit || groups[0].AsSpan().ContainsAny('A', 'X'))
        {
            Add(mask, groups, _next, isDigits: false);
        }
    }

    private static void Add(NumberMask mask, ReadOnlySpan<string> groups, NumberMasks?[] followers, bool isDigits)
    {
        var group = groups[0];
        var next = followers[group.Length] ??= new NumberMasks(isDigits);
        next._digits &= Places(group, '9');
        next._letters &= Places(group, 'A');
        next.Add(mask, groups[1..]);
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
