using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bartizan.Core.Findings;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Sensitive;

/// <summary>
/// Finds numbers that are known by their check digits. It goes from digit to digit, takes the words around as groups, each once, and
/// reads along the tree of masks from each of them.
/// </summary>
internal static class NumberScan
{
    /// <summary>Groups that are kept: an IBAN of 34 characters has nine, and a power of two is taken by its bits.</summary>
    private const int MaxGroups = 16;

    /// <summary>The longest group; a longer run of letters and digits is something else.</summary>
    public const int MaxGroup = 34;

    /// <summary>The shortest number that is written without separators.</summary>
    private static readonly int _leastAlone = NumberKinds
        .All.SelectMany(kind => kind.Masks.Split('|'))
        .Where(mask => !mask.Contains(' '))
        .Min(mask => mask.Length);

    /// <summary>Below this it isn't said: every eleventh number has a check digit by chance.</summary>
    public const double LeastSure = 0.5;

    /// <summary>Adds the numbers of a view.</summary>
    public static void Find(TextView view, FoundList found)
    {
        var text = view.Text.Span;
        var masks = view.Masks;
        var names = new NumberNames(text);
        Span<Group> ring = stackalloc Group[MaxGroups];
        Span<char> number = stackalloc char[MaxGroup];
        var (least, before, leastAlone) = (0, 0UL, _leastAlone);
        for (var block = 0; block < masks.Blocks; block++)
        {
            var digits = masks.Of(CharKind.Digit, block);
            var begins = digits & ~((digits << 1) | before);
            before = digits >> (CharMasks.Width - 1);
            for (; begins != 0; begins &= begins - 1)
            {
                var digit = (block * CharMasks.Width) + BitOperations.TrailingZeroCount(begins);
                if (digit < least)
                {
                    continue;
                }

                var start = BeginOf(text, masks, least, digit);
                var end = masks.EndOf(CharKind.AsciiWord, start);
                if (end - start < leastAlone && !IsFollowed(text, end))
                {
                    least = end;
                    continue;
                }

                least = FindFrom(view, text, Read(text, masks, start, end), ring, number, ref names, found);
                if (found.IsFull("personal_data"))
                {
                    return;
                }
            }
        }
    }

    // The groups from a place on that follow each other; each is read once and may begin a number. Ends at one without a digit.
    private static int FindFrom(
        TextView view,
        ReadOnlySpan<char> text,
        Group next,
        scoped Span<Group> ring,
        scoped Span<char> number,
        ref NumberNames names,
        FoundList found
    )
    {
        var (first, count, skip) = (0, 0, next.Start);
        var masks = view.Masks;
        ring[count++ & (MaxGroups - 1)] = next;
        while (true)
        {
            ref readonly var group = ref ring[first & (MaxGroups - 1)];
            if (group.Start >= skip && (group.Start == 0 || !IsInner(text[group.Start - 1])))
            {
                skip = Math.Max(skip, Try(view, text, ring, number, first, ref count, ref names, found));
            }

            first++;
            if (first == count)
            {
                if (!group.IsFollowed)
                {
                    return Math.Max(group.End, skip);
                }

                ring[count++ & (MaxGroups - 1)] = ReadAfter(text, masks, group);
            }

            if (!ring[first & (MaxGroups - 1)].HasDigits)
            {
                // Words: the next number is looked for by leaps.
                return Math.Max(ring[first & (MaxGroups - 1)].Start, skip);
            }
        }
    }

    // Back to where the word of a digit begins, and over a short word before it: some numbers begin with letters of their own.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int BeginOf(ReadOnlySpan<char> text, CharMasks masks, int least, int digit)
    {
        var start =
            digit > least && char.IsAsciiLetterOrDigit(text[digit - 1])
                ? masks.BeginOf(CharKind.AsciiWord, digit, least)
                : digit;
        if (start - 2 < least || !IsGap(text[start - 1]) || !char.IsAsciiLetter(text[start - 2]))
        {
            return start;
        }

        var before = start - 2;
        before -= before > least && char.IsAsciiLetter(text[before - 1]) ? 1 : 0;
        return before > least && char.IsAsciiLetterOrDigit(text[before - 1]) ? start : before;
    }

    // What stands right before a number and makes it a part of something longer.
    private static bool IsInner(char c) => c is '_' or '@' or '#' || char.IsLetter(c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsGap(char c) => c is ' ' or '-' or '.' or '/' or '+';

    private static Group Read(ReadOnlySpan<char> text, CharMasks masks, int start, int end)
    {
        var letters = masks.From(CharKind.AsciiLetter, start) & ((1UL << Math.Min(end - start, MaxGroup + 1)) - 1);
        return new Group(start, end, letters, NumberTree.CodeOf(end - start, letters), IsFollowed(text, end));
    }

    private static Group ReadAfter(ReadOnlySpan<char> text, CharMasks masks, in Group group) =>
        Read(text, masks, group.End + 1, masks.EndOf(CharKind.AsciiWord, group.End + 1));

    private static bool IsFollowed(ReadOnlySpan<char> text, int end) =>
        end + 1 < text.Length && IsGap(text[end]) && char.IsAsciiLetterOrDigit(text[end + 1]);

    private static int Try(
        TextView view,
        ReadOnlySpan<char> text,
        scoped Span<Group> ring,
        scoped Span<char> number,
        int first,
        ref int count,
        ref NumberNames names,
        FoundList found
    )
    {
        var (node, best, length, letters) = (0, 0, 0, 0UL);
        var (written, filled) = (first, 0);
        for (var at = first; ; at++)
        {
            ref readonly var group = ref ring[at & (MaxGroups - 1)];
            node = NumberTree.Step(node, group.Code);
            if (node == 0)
            {
                return best;
            }

            var flags = NumberTree.FlagsOf(node);
            var ends = (flags & NumberTree.Ends) != 0;
            if (
                (!ends && !group.IsFollowed)
                || ((flags & NumberTree.HasLetters) != 0 && !NumberTree.At(node).Fits(group.Letters))
            )
            {
                return best;
            }

            letters |= group.Letters << length;
            length += group.End - group.Start;
            if (ends && !(group.End < text.Length && text[group.End] is '_' or '@'))
            {
                var start = ring[first & (MaxGroups - 1)].Start;
                var masks = NumberTree.At(node);
                ulong? named = masks.IsSureAlone ? null : names.Around(start, group.End);
                if (named is null || (named & masks.Kinds) != 0)
                {
                    // Most groups begin no number: characters are gathered where one may end.
                    for (; written <= at; written++)
                    {
                        filled += Gather(text, in ring[written & (MaxGroups - 1)], number[filled..]);
                    }

                    if (Check(view, masks, number[..length], letters, start, group.End, named, ref names, found))
                    {
                        best = Math.Max(best, group.End);
                    }
                }
            }

            if ((flags & NumberTree.IsLast) != 0 || !group.IsFollowed)
            {
                return best;
            }

            if (at + 1 == count)
            {
                ring[count++ & (MaxGroups - 1)] = ReadAfter(text, view.Masks, group);
            }
        }
    }

    // A group's characters, as capitals; returns how many.
    private static int Gather(ReadOnlySpan<char> text, in Group group, scoped Span<char> number)
    {
        var size = group.End - group.Start;
        for (var place = 0; place < size; place++)
        {
            var c = text[group.Start + place];
            number[place] = c is >= 'a' and <= 'z' ? (char)(c & ~0x20) : c;
        }

        return size;
    }

    private static bool Check(
        TextView view,
        NumberMasks node,
        scoped ReadOnlySpan<char> number,
        ulong letters,
        int start,
        int end,
        ulong? named,
        ref NumberNames names,
        FoundList found
    )
    {
        var isFound = false;
        foreach (var mask in node.Ending)
        {
            // The cheap answers first: what would need a word that isn't there is checked no further.
            if (
                !mask.Fits(letters)
                || (mask.Alone < LeastSure && ((named ??= names.Around(start, end)) & mask.Bit) == 0)
                || !mask.Kind.IsValid(number)
            )
            {
                continue;
            }

            named ??= names.Around(start, end);
            var sure = (named & mask.Bit) != 0 ? mask.Kind.Near : mask.Alone;
            if (sure >= LeastSure)
            {
                found.Add("personal_data", mask.Kind.Name, view, start, end - start, FindingSeverity.Medium, sure);
                isFound = true;
            }
        }

        return isFound;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Group(int Start, int End, ulong Letters, byte Code, bool IsFollowed)
    {
        /// <summary>False for a word of letters alone.</summary>
        public bool HasDigits => End - Start > 63 || Letters != (1UL << (End - Start)) - 1;
    }
}
