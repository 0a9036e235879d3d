using System.Buffers;

namespace Bartizan.Guards.Texts;

/// <summary>
/// Finds texts that are written as numbers, a character each: <c>69 67 6e</c>, <c>0x69, 0x67</c>, <c>69:67</c>, <c>105 103 110</c>,
/// <c>01101001 01100111</c>.
/// </summary>
internal static class NumberPass
{
    /// <summary>Characters that spell something: fewer numbers in a row are numbers.</summary>
    private const int LeastNumbers = 12;

    /// <summary>The widest gap between two of them.</summary>
    private const int MaxGap = 4;

    /// <summary>Numbers of one run; what comes after begins a new one.</summary>
    private const int MaxNumbers = 16 * 1024;

    // Twelve numbers of two digits with a gap each are 35 characters: one of any 16 places lies in their midst, and eight more after it.
    private const int Step = 16;
    private const int Sample = 8;

    /// <summary>Whole numbers after the first place that is looked at in the shortest run of twelve.</summary>
    private const int Ahead = 5;

    /// <summary>Digits of a number with what says that they are hexadecimal.</summary>
    private const int MaxDigits = 10;

    private const string Signs = "0123456789abcdefABCDEFxX ,:;-_\\/\t\n\r[](){}|.\"'";

    private static readonly SearchValues<char> _signs = SearchValues.Create(Signs);

    // What may stand between two numbers: looked up by itself, one sign after the other.
    private static readonly bool[] _gaps =
    [
        .. Enumerable.Range(0, 128).Select(c => Signs.Contains((char)c) && !char.IsAsciiHexDigit((char)c)),
    ];

    /// <summary>Hands over each run's text.</summary>
    /// <returns>False when the views are full.</returns>
    public static bool Find(TextView view, HiddenPlaces hidden, Func<TextView, bool> found)
    {
        var text = view.Text.Span;
        byte[]? rented = null;
        var least = 0;
        for (var at = Step; at + Sample <= text.Length; at += Step)
        {
            if (at < least || text.Slice(at, Sample).ContainsAnyExcept(_signs) || !HasDigits(text.Slice(at, Sample)))
            {
                continue;
            }

            var sizes = SizesAt(text, at);
            if (sizes == 0)
            {
                continue;
            }

            var skip = at + 1;
            rented ??= new byte[Math.Min(MaxNumbers, (text.Length / 2) + 1)];
            var start = BeginOf(text, at, least);
            foreach (var size in (ReadOnlySpan<int>)[2, 8, 3])
            {
                if ((sizes & (1 << size)) == 0)
                {
                    continue;
                }

                var (from, end, count) = Read(text, start, at, size, rented);
                if (count < LeastNumbers)
                {
                    continue;
                }

                // Read once, whatever it was: the cost stays in proportion.
                skip = Math.Max(skip, end);
                if (BlobPass.TextOf(rented[..count]) is { } spelled && IsWords(spelled))
                {
                    hidden.Add(HiddenForms.Hex, view, from, end);
                    var run = new OffsetRun(0, spelled.Length, from, end - from);
                    if (!found(new TextView(spelled.AsMemory(), Coding.Hex, view, [run], 1)))
                    {
                        return false;
                    }

                    break;
                }
            }

            least = skip;
        }

        return true;
    }

    // Which sizes the next numbers have in common, a bit each: a run that is long enough has that many after the first place in it that
    // is looked at. Most texts end here.
    private static int SizesAt(ReadOnlySpan<char> text, int at)
    {
        var first = at;
        while (at < text.Length && (char.IsAsciiHexDigit(text[at]) || text[at] is 'x' or 'X'))
        {
            // INVARIANT: what is longer than a number is looked at no further: each place of a long run would go to its end.
            if (at - first > MaxDigits)
            {
                return 0;
            }

            at++;
        }

        var sizes = (1 << 2) | (1 << 3) | (1 << 8);
        for (var count = 0; count < Ahead && sizes != 0; count++)
        {
            var gap = at;
            while (gap < text.Length && gap - at <= MaxGap && IsGap(text[gap]))
            {
                gap++;
            }

            if (gap - at is 0 or > MaxGap)
            {
                return 0;
            }

            at = gap + (gap + 1 < text.Length && text[gap] == '0' && text[gap + 1] is 'x' or 'X' ? 2 : 0);
            var start = at;
            while (at < text.Length && at - start <= 8 && char.IsAsciiHexDigit(text[at]))
            {
                at++;
            }

            var number = text[start..at];
            sizes &=
                number.Length == 2 ? (ValueOf(number, 2) >= 0 ? 1 << 2 : 0) | (ValueOf(number, 3) >= 0 ? 1 << 3 : 0)
                : number.Length == 3 && ValueOf(number, 3) >= 0 ? 1 << 3
                : number.Length == 8 && ValueOf(number, 8) >= 0 ? 1 << 8
                : 0;
        }

        return sizes;
    }

    private static bool IsGap(char c) => c < 128 && _gaps[c];

    private static bool HasDigits(ReadOnlySpan<char> sample)
    {
        var digits = 0;
        foreach (var c in sample)
        {
            digits += char.IsAsciiHexDigit(c) ? 1 : 0;
        }

        return digits >= Sample / 4;
    }

    private static bool IsWords(string text)
    {
        var letters = 0;
        foreach (var c in text)
        {
            letters += char.IsLetter(c) || c == ' ' ? 1 : 0;
        }

        return letters * 10 >= text.Length * 7;
    }

    private static int BeginOf(ReadOnlySpan<char> text, int at, int least)
    {
        var start = at;
        while (start > least && _signs.Contains(text[start - 1]))
        {
            start--;
        }

        return start;
    }

    // Numbers of two hexadecimal digits, eight binary ones, or two to three decimal ones; the run that holds the place.
    private static (int From, int End, int Count) Read(
        ReadOnlySpan<char> text,
        int start,
        int holds,
        int size,
        byte[] bytes
    )
    {
        var (at, from, end, count) = (start, start, start, 0);
        while (at < text.Length && count < bytes.Length)
        {
            var gap = at;
            while (gap < text.Length && gap - at <= MaxGap && IsGap(text[gap]))
            {
                gap++;
            }

            var between = gap - at;
            if (gap + 1 < text.Length && text[gap] == '0' && text[gap + 1] is 'x' or 'X')
            {
                gap += 2;
            }

            var number = gap;
            while (number < text.Length && char.IsAsciiHexDigit(text[number]) && number - gap <= size)
            {
                number++;
            }

            var value = ValueOf(text[gap..number], size);
            var isNear = count == 0 || between is > 0 and <= MaxGap;
            if (value >= 0 && isNear)
            {
                from = count == 0 ? gap : from;
                bytes[count++] = (byte)value;
                (at, end) = (number, number);
                continue;
            }

            if (end > holds)
            {
                break;
            }

            if (gap >= text.Length || gap > holds)
            {
                return default;
            }

            // It ended before the place: what holds the place begins later.
            count = 0;
            at = Math.Max(number, gap + 1);
        }

        return (from, end, count);
    }

    private static int ValueOf(ReadOnlySpan<char> digits, int size)
    {
        var value = 0;
        if (size == 3 ? digits.Length is not (2 or 3) : digits.Length != size)
        {
            return -1;
        }

        foreach (var c in digits)
        {
            var digit = char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
            var radix = size switch
            {
                2 => 16,
                8 => 2,
                _ => 10,
            };
            if (digit >= radix)
            {
                return -1;
            }

            value = (value * radix) + digit;
        }

        return value is >= 9 and < 256 ? value : -1;
    }
}
