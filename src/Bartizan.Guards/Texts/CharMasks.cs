using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bartizan.Guards.Texts;

/// <summary>
/// What each character of a text is, a bit for each <see cref="CharKind"/>, 64 characters at a time. It is read off the text once, and
/// every pass asks it for words and runs in place of walking over the text itself.
/// </summary>
internal sealed class CharMasks
{
    /// <summary>Characters of one mask.</summary>
    public const int Width = 64;

    private const int Bits = 6;
    private const int Kinds = (int)CharKind.Beyond + 1;
    private const int Lane = 16;

    private const string BlobSigns = "+/-_";
    private const string TokenSigns = "+/-_=.~:%";

    // For each low half of a character a bit for each high half that is of the kind with it: how sets of ASCII are looked up 16 at once.
    private static readonly Vector128<byte> _wordSigns = SetOf("'_");
    private static readonly Vector128<byte> _stops = SetOf(".!?;");
    private static readonly Vector128<byte> _labels = SetOf(":=>");
    private static readonly Vector128<byte> _letterSigns = SetOf("@$!|+");
    private static readonly Vector128<byte> _blobSigns = SetOf(BlobSigns);
    private static readonly Vector128<byte> _tokenSigns = SetOf(TokenSigns);
    private static readonly Vector128<byte> _highs = Vector128.Create(
        1,
        2,
        4,
        8,
        16,
        32,
        64,
        128,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0
    );

    // The masks of each stretch side by side, and at the end a stretch of nothing, so that there is always a next.
    private readonly ulong[] _masks;

    private CharMasks(ulong[] masks) => _masks = masks;

    /// <summary>How many stretches of 64 characters there are.</summary>
    public int Blocks => (_masks.Length / Kinds) - 1;

    /// <summary>Reads a text.</summary>
    public static CharMasks Of(ReadOnlySpan<char> text)
    {
        var blocks = (text.Length + Width - 1) / Width;
        var masks = GC.AllocateUninitializedArray<ulong>((blocks + 1) * Kinds);
        var whole = text.Length / Width;
        for (var block = 0; block < whole; block++)
        {
            Read(text.Slice(block * Width, Width), masks.AsSpan(block * Kinds, Kinds));
        }

        if (whole < blocks)
        {
            Span<char> last = stackalloc char[Width];
            last.Clear();
            text[(whole * Width)..].CopyTo(last);
            Read(last, masks.AsSpan(whole * Kinds, Kinds));
        }

        masks.AsSpan(blocks * Kinds).Clear();
        return new CharMasks(masks);
    }

    /// <summary>The characters of a stretch that are of a kind, the first the lowest bit.</summary>
    public ulong Of(CharKind kind, int block) => _masks[(block * Kinds) + (int)kind];

    /// <summary>The 64 characters from a place on that are of a kind, the first the lowest bit.</summary>
    public ulong From(CharKind kind, int place)
    {
        var (at, shift) = (((place >> Bits) * Kinds) + (int)kind, place & (Width - 1));
        if (at + Kinds >= _masks.Length)
        {
            return 0;
        }

        return Joined(_masks[at], _masks[at + Kinds], shift);
    }

    /// <summary>The 64 bits of two masks that begin at a bit of the first.</summary>
    public static ulong Joined(ulong mask, ulong next, int bit) => (mask >> bit) | (next << 1 << (Width - 1 - bit));

    /// <summary>The last place before another that is of a kind; -1 when there is none among so many.</summary>
    public int LastBefore(CharKind kind, int place, int most)
    {
        for (var left = most; left > 0 && place > 0; left -= Width, place -= Width)
        {
            var these = place >= Width ? From(kind, place - Width) : Of(kind, 0) << (Width - place);
            var zeros = BitOperations.LeadingZeroCount(these);
            if (these != 0)
            {
                return zeros < left ? place - 1 - zeros : -1;
            }
        }

        return -1;
    }

    /// <summary>How many characters from a place on are of a kind; 64 for 64 and more.</summary>
    public int Run(CharKind kind, int place) => BitOperations.TrailingZeroCount(~From(kind, place));

    /// <summary>How many characters before a place are of a kind; 64 for 64 and more.</summary>
    public int RunBefore(CharKind kind, int place) =>
        place >= Width
            ? BitOperations.LeadingZeroCount(~From(kind, place - Width))
            : BitOperations.LeadingZeroCount(~(place == 0 ? 0 : Of(kind, 0) << (Width - place)));

    /// <summary>The first place from another on that is of a kind; -1 when there is none.</summary>
    public int Next(CharKind kind, int place)
    {
        var (at, shift) = (((place >> Bits) * Kinds) + (int)kind, place & (Width - 1));
        if (at >= _masks.Length)
        {
            return -1;
        }

        var rest = _masks[at] >> shift << shift;
        while (rest == 0)
        {
            at += Kinds;
            if (at >= _masks.Length)
            {
                return -1;
            }

            rest = _masks[at];
        }

        return (at / Kinds * Width) + BitOperations.TrailingZeroCount(rest);
    }

    /// <summary>The first place from another on that is of a kind, with no letter and no digit before it; -1 when there is none.</summary>
    public int NextBegin(CharKind kind, int place)
    {
        var skipped = ~0UL << (place & (Width - 1));
        for (var at = (place >> Bits) * Kinds; at + Kinds < _masks.Length; at += Kinds, skipped = ~0UL)
        {
            var these = _masks[at + (int)kind] & skipped & ~(_masks[at + (int)CharKind.LetterOrDigit] << 1);
            if ((these & 1) != 0 && at > 0)
            {
                these &= ~(_masks[at - Kinds + (int)CharKind.LetterOrDigit] >> (Width - 1));
            }

            if (these != 0)
            {
                return (at / Kinds * Width) + BitOperations.TrailingZeroCount(these);
            }
        }

        return -1;
    }

    /// <summary>The first place from another on that is of no kind, or the end of the text.</summary>
    public int EndOf(CharKind kind, int place)
    {
        int run;
        do
        {
            run = Run(kind, place);
            place += run;
        } while (run == Width);
        return place;
    }

    /// <summary>Where the run of a kind begins that ends before a place; not before another place.</summary>
    public int BeginOf(CharKind kind, int place, int least)
    {
        int run;
        do
        {
            run = RunBefore(kind, place);
            place -= run;
        } while (run == Width && place > least);
        return Math.Max(place, least);
    }

    /// <summary>The first place from another on with many characters of a kind in a row; -1 when there is none.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="from">The place.</param>
    /// <param name="least">How many; at most 32.</param>
    public int NextRun(CharKind kind, int from, int least)
    {
        var skipped = ~0UL << (from % Width);
        for (var at = (from / Width * Kinds) + (int)kind; at + Kinds < _masks.Length; at += Kinds, skipped = ~0UL)
        {
            var (these, next) = (_masks[at] & skipped, _masks[at + Kinds]);
            if (these == 0)
            {
                continue;
            }

            // Of each place: that it and so many after it are of the kind; twice as many with every step.
            for (var (many, left) = (1, least - 1); left > 0; left -= many, many *= 2)
            {
                many = Math.Min(many, left);
                these &= (these >> many) | (next << (Width - many));
                next &= next >> many;
            }

            if (these != 0)
            {
                return (at / Kinds * Width) + BitOperations.TrailingZeroCount(these);
            }
        }

        return -1;
    }

    private static void Read(ReadOnlySpan<char> text, Span<ulong> masks)
    {
        var (letters, digits, capitals, beyond, labels) = (0UL, 0UL, 0UL, 0UL, 0UL);
        var (words, stops, signs, blobs, tokens) = (0UL, 0UL, 0UL, 0UL, 0UL);
        ref var first = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text));
        for (var at = 0; at < Width; at += Lane)
        {
            var chars = Vector128.NarrowWithSaturation(
                Vector128.LoadUnsafe(ref first, (nuint)at),
                Vector128.LoadUnsafe(ref first, (nuint)at + 8)
            );
            var low = chars & Vector128.Create((byte)0x0F);
            var high = Vector128.ShuffleNative(_highs, Vector128.ShiftRightLogical(chars, 4));
            letters |= InRange(chars | Vector128.Create((byte)0x20), 'a', 'z') << at;
            digits |= InRange(chars, '0', '9') << at;
            capitals |= InRange(chars, 'A', 'Z') << at;
            beyond |= (ulong)chars.ExtractMostSignificantBits() << at;
            labels |= In(_labels, low, high) << at;
            words |= In(_wordSigns, low, high) << at;
            stops |= In(_stops, low, high) << at;
            signs |= In(_letterSigns, low, high) << at;
            blobs |= In(_blobSigns, low, high) << at;
            tokens |= In(_tokenSigns, low, high) << at;
        }

        masks[(int)CharKind.AsciiLetter] = letters;
        masks[(int)CharKind.Digit] = digits;
        masks[(int)CharKind.AsciiWord] = letters | digits;
        masks[(int)CharKind.Stop] = stops & ~beyond;
        masks[(int)CharKind.LetterSign] = signs & ~beyond;
        masks[(int)CharKind.Blob] = (blobs & ~beyond) | letters | digits;
        masks[(int)CharKind.Token] = (tokens & ~beyond) | letters | digits;
        masks[(int)CharKind.Label] = labels & ~beyond;
        masks[(int)CharKind.Beyond] = beyond;
        words &= ~beyond;
        for (; beyond != 0; beyond &= beyond - 1)
        {
            var at = BitOperations.TrailingZeroCount(beyond);
            letters |= char.IsLetter(text[at]) ? 1UL << at : 0;
            capitals |= text[at] < 0x180 && char.IsUpper(text[at]) ? 1UL << at : 0;
        }

        masks[(int)CharKind.Letter] = letters;
        masks[(int)CharKind.LetterOrDigit] = letters | digits;
        masks[(int)CharKind.Capital] = capitals;
        masks[(int)CharKind.Word] = words | letters;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong InRange(Vector128<byte> chars, char first, char last) =>
        Vector128
            .LessThanOrEqual(chars - Vector128.Create((byte)first), Vector128.Create((byte)(last - first)))
            .ExtractMostSignificantBits();

    // True for all that isn't ASCII, too.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong In(Vector128<byte> set, Vector128<byte> low, Vector128<byte> high) =>
        Vector128.Equals(Vector128.ShuffleNative(set, low) & high, high).ExtractMostSignificantBits();

    private static Vector128<byte> SetOf(string signs)
    {
        Span<byte> set = stackalloc byte[Lane];
        set.Clear();
        foreach (var sign in signs)
        {
            set[sign & 0x0F] |= (byte)(1 << (sign >> 4));
        }

        return Vector128.Create<byte>(set);
    }
}
