using System.Runtime.CompilerServices;

namespace Bartizan.Guards.Injection.Lexical;

/// <summary>Features as numbers. A change here makes all weights wrong: train again.</summary>
internal static class LexicalHash
{
    /// <summary>Stands for the beginning of a sentence, a line, a value.</summary>
    public const uint Bound = 0x51ED270B;

    /// <summary>What letters within a word begin with.</summary>
    public const uint Gram = 0x811C9DC5;

    /// <summary>Tells words with a gap between them from neighbours.</summary>
    public const uint Skip = 0x2545F491;

    /// <summary>From here on a character is a word: scripts that are written without blanks.</summary>
    public const char FirstIdeograph = '\u2E80';

    private const uint Start = 0x1B873593;
    private const uint Prime = 0x01000193;

    /// <summary>True for what words are made of.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsInWord(char c) => c < 0x80 ? char.IsAsciiLetterOrDigit(c) : IsOther(c);

    /// <summary>The letter in lower case.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static char Lower(char c) => c < 0x80 ? (char)(c | 0x20) : char.ToLowerInvariant(c);

    /// <summary>A word's number; letters are in lower case.</summary>
    public static uint Of(ReadOnlySpan<char> letters)
    {
        var hash = Start;
        foreach (var c in letters)
        {
            hash = Step(hash, c);
        }

        return hash;
    }

    /// <summary>One letter more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Step(uint hash, char c) => (hash ^ c) * Prime;

    /// <summary>Two in this order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Pair(uint first, uint second) => Mix(((first << 7) | (first >> 25)) * 0x85EBCA6B ^ second);

    /// <summary>The number of a kind of word.</summary>
    public static uint OfKind(ulong kind) => Mix((uint)kind ^ 0x3C6EF372);

    /// <summary>The feature of a class.</summary>
    public static uint OfClass(uint one) => Mix((one + 1) * 0x9E3779B1 ^ 0x7F4A7C15);

    /// <summary>The feature of a class after a class.</summary>
    public static uint OfClasses(uint before, uint one) => Mix((((before + 1) << 8) | one) * 0x9E3779B1 ^ 0x6A09E667);

    /// <summary>Spreads what differs in a few bits over all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Mix(uint hash)
    {
        hash ^= hash >> 16;
        hash *= 0x7FEB352D;
        hash ^= hash >> 15;
        hash *= 0x846CA68B;
        return hash ^ (hash >> 16);
    }

    private static bool IsOther(char c) =>
        char.IsLetterOrDigit(c)
        || char.GetUnicodeCategory(c)
            is System.Globalization.UnicodeCategory.NonSpacingMark
                or System.Globalization.UnicodeCategory.SpacingCombiningMark;
}
