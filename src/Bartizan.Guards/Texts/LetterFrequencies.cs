using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bartizan.Guards.Texts;

/// <summary>How much a letter speaks for English as it is, and against English moved by thirteen.</summary>
internal static class LetterFrequencies
{
    /// <summary>Characters that are summed at once.</summary>
    public const int Many = 32;

    /// <summary>Units of one nat.</summary>
    public const int PerNat = 8;

    // Letters in a thousand of English text, a to z.
    private static ReadOnlySpan<byte> Thousandths =>
        [82, 15, 28, 43, 127, 22, 20, 61, 70, 2, 8, 40, 24, 67, 75, 19, 1, 60, 63, 91, 28, 10, 24, 2, 20, 1];

    private static readonly sbyte[] _clear = Make();

    // The same of a to p and of q to z, to be looked up sixteen at once.
    private static readonly Vector128<byte> _firstLetters = TableOf('a');
    private static readonly Vector128<byte> _lastLetters = TableOf('q');

    /// <summary>Above zero for English, below for English moved; zero for what is no letter.</summary>
    public static int Clear(char c) => c < 128 ? _clear[c] : 0;

    /// <summary>The sum of that over <see cref="Many"/> characters.</summary>
    public static int ClearOfMany(ReadOnlySpan<char> text)
    {
        ref var first = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text[..Many]));
        var (one, other) = (ClearOf(ref first), ClearOf(ref Unsafe.Add(ref first, Many / 2)));
        var (low, high) = Vector128.Widen(one + other);
        return Vector128.Sum(low + high);
    }

    private static Vector128<sbyte> ClearOf(ref ushort first)
    {
        var chars = Vector128.NarrowWithSaturation(
            Vector128.LoadUnsafe(ref first),
            Vector128.LoadUnsafe(ref first, (nuint)Vector128<ushort>.Count)
        );
        var letters = (chars | Vector128.Create((byte)0x20)) - Vector128.Create((byte)'a');
        var place = letters & Vector128.Create((byte)0x0F);
        var clear = Vector128.ConditionalSelect(
            Vector128.LessThan(letters, Vector128.Create((byte)16)),
            Vector128.ShuffleNative(_firstLetters, place),
            Vector128.ShuffleNative(_lastLetters, place)
        );
        return (clear & Vector128.LessThan(letters, Vector128.Create((byte)26))).AsSByte();
    }

    private static Vector128<byte> TableOf(char from)
    {
        var table = new byte[16];
        for (var letter = 0; letter < table.Length; letter++)
        {
            table[letter] = (byte)Clear((char)(from + letter));
        }

        return Vector128.Create(table);
    }

    private static sbyte[] Make()
    {
        var clear = new sbyte[128];
        for (var letter = 0; letter < 26; letter++)
        {
            var value = PerNat * Math.Log((double)Thousandths[letter] / Thousandths[(letter + 13) % 26]);
            clear['a' + letter] = clear['A' + letter] = (sbyte)Math.Round(Math.Clamp(value, -3 * PerNat, 3 * PerNat));
        }

        return clear;
    }
}
