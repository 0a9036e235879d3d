using System.Numerics;
using System.Runtime.InteropServices;

namespace Bartizan.Core.Policies;

/// <summary>Sets of rules, one bit each.</summary>
internal static class BitSet
{
    private const int Bits = 64;

    /// <summary>The words that so many bits need.</summary>
    public static int WordsFor(int bits) => (bits + Bits - 1) / Bits;

    /// <summary>Puts one in.</summary>
    public static void Add(Span<ulong> set, int bit) => set[bit >> 6] |= 1UL << bit;

    /// <summary>True when it is in.</summary>
    public static bool Has(ReadOnlySpan<ulong> set, int bit) => (set[bit >> 6] & (1UL << bit)) != 0;

    /// <summary>Puts the first <paramref name="count"/> in.</summary>
    public static void Fill(Span<ulong> set, int count)
    {
        set.Fill(ulong.MaxValue);
        if (count % Bits != 0)
        {
            set[^1] = ulong.MaxValue >> (Bits - (count % Bits));
        }
    }

    /// <summary>Puts all of another in.</summary>
    public static void Union(Span<ulong> set, ReadOnlySpan<ulong> other)
    {
        var wide = Wide(set);
        var more = Wide(other);
        for (var i = 0; i < wide.Length; i++)
        {
            wide[i] |= more[i];
        }

        for (var i = wide.Length * Vector<ulong>.Count; i < set.Length; i++)
        {
            set[i] |= other[i];
        }
    }

    /// <summary>Keeps only what is in another too.</summary>
    public static void Intersect(Span<ulong> set, ReadOnlySpan<ulong> other)
    {
        var wide = Wide(set);
        var more = Wide(other);
        for (var i = 0; i < wide.Length; i++)
        {
            wide[i] &= more[i];
        }

        for (var i = wide.Length * Vector<ulong>.Count; i < set.Length; i++)
        {
            set[i] &= other[i];
        }
    }

    /// <summary>How many are in both.</summary>
    public static int CountOfBoth(ReadOnlySpan<ulong> set, ReadOnlySpan<ulong> other)
    {
        var count = 0;
        for (var i = 0; i < set.Length; i++)
        {
            count += BitOperations.PopCount(set[i] & other[i]);
        }

        return count;
    }

    private static Span<Vector<ulong>> Wide(Span<ulong> set) => MemoryMarshal.Cast<ulong, Vector<ulong>>(set);

    private static ReadOnlySpan<Vector<ulong>> Wide(ReadOnlySpan<ulong> set) =>
        MemoryMarshal.Cast<ulong, Vector<ulong>>(set);
}
