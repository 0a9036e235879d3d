using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bartizan.Guards.Texts;

/// <summary>The first eight letters of a word of ASCII in one number, whatever their case.</summary>
internal static class WordKey
{
    /// <summary>Letters that a key holds.</summary>
    public const int Letters = 8;

    private const ulong Lower = 0x2020_2020_2020_2020;

    /// <summary>The key of the word at a place; <paramref name="length"/> is at least one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ReadOnlySpan<char> text, int at, int length)
    {
        if (at + Letters > text.Length)
        {
            return OfLast(text.Slice(at, length));
        }

        ref var first = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text.Slice(at, Letters)));
        var chars = Vector128.LoadUnsafe(ref first);
        var key = Vector128.Narrow(chars, chars).AsUInt64().ToScalar();
        return (key | Lower) & (ulong.MaxValue >> (8 * Math.Max(0, Letters - length)));
    }

    private static ulong OfLast(ReadOnlySpan<char> word)
    {
        var key = 0UL;
        for (var at = 0; at < Letters && at < word.Length; at++)
        {
            key |= (ulong)(byte)(word[at] | 0x20) << (8 * at);
        }

        return key;
    }
}
