using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Bartizan.Guards.Texts;

/// <summary>Takes escapes for what they stand for: percent, HTML entities, backslashes of JSON and C.</summary>
internal static class EscapePass
{
    /// <summary>The longest entity: <c>&amp;CounterClockwiseContourIntegral;</c> has 33.</summary>
    private const int MaxEntity = 40;

    /// <summary>Bytes of one run of percent escapes that are read as one text; a longer run is read in pieces.</summary>
    private const int MaxPercentRun = 512;

    /// <summary>Characters that are looked at one by one before it goes by leaps.</summary>
    private const int Near = 4;

    private static readonly SearchValues<char> _starts = SearchValues.Create("%&\\");

    /// <summary>The view without escapes; null when it has none.</summary>
    public static TextView? Of(TextView view, HiddenPlaces hidden)
    {
        var text = view.Text.Span;
        var at = text.IndexOfAny(_starts);
        ViewBuilder? built = null;
        var copied = 0;
        Span<byte> bytes = stackalloc byte[MaxPercentRun];
        Span<char> chars = stackalloc char[MaxPercentRun];
        while (at >= 0 && at < text.Length)
        {
            var (length, count) = text[at] switch
            {
                '%' => Percent(text[at..], bytes, chars),
                '&' => Entity(text[at..], chars),
                _ => Backslash(text[at..], chars),
            };
            if (length > 0)
            {
                built ??= new ViewBuilder(text.Length);
                if (count == 1)
                {
                    built.Write(text[copied..at], copied, chars[0], length);
                }
                else
                {
                    built.Copy(text[copied..at], copied);
                    built.Write(chars[..count], at, length);
                }

                if (IsNeedless(chars[..count]))
                {
                    hidden.Add(HiddenForms.Escapes, view, at, at + length);
                }

                at += length;
                copied = at;
            }
            else
            {
                at++;
            }

            // Where there are many the next is near.
            for (var near = Math.Min(text.Length, at + Near); at < near && !IsStart(text[at]); )
            {
                at++;
            }

            if (at < text.Length && !IsStart(text[at]))
            {
                var next = text[at..].IndexOfAny(_starts);
                at = next < 0 ? -1 : at + next;
            }
        }

        built?.Copy(text[copied..], copied);
        return built?.Done(Coding.Escapes, view);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsStart(char c) => c is '%' or '&' or '\\';

    // Nobody has to escape letters and digits.
    private static bool IsNeedless(ReadOnlySpan<char> chars)
    {
        foreach (var c in chars)
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                return true;
            }
        }

        return false;
    }

    private static (int Length, int Count) Percent(ReadOnlySpan<char> text, Span<byte> bytes, Span<char> chars)
    {
        var (count, all) = (0, 0);
        while (count < bytes.Length && text.Length > 2 && text[0] == '%')
        {
            var one = (Digit(text[1]) << 4) | Digit(text[2]);
            if (one < 0)
            {
                break;
            }

            bytes[count] = (byte)one;
            chars[count++] = (char)one;
            all |= one;
            text = text[3..];
        }

        if (all < 0x80)
        {
            return (3 * count, count);
        }

        return count > 0 && Encoding.UTF8.TryGetChars(bytes[..count], chars, out var written)
            ? (3 * count, written)
            : default;
    }

    private static (int Length, int Count) Entity(ReadOnlySpan<char> text, Span<char> chars)
    {
        var most = Math.Min(text.Length, MaxEntity);
        var end = most > 1 && text[1] == '#' ? 2 : 1;
        while (end < most && char.IsAsciiLetterOrDigit(text[end]))
        {
            end++;
        }

        if (end is 1 or 2 || end == most || text[end] != ';')
        {
            return default;
        }

        var name = text[1..end];
        if (name[0] == '#')
        {
            var isHex = name.Length > 2 && name[1] is 'x' or 'X';
            var count = Encode(isHex ? Number(name[2..], 16) : Number(name[1..], 10), chars);
            return count > 0 ? (end + 1, count) : default;
        }

        var common = name switch
        {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            "nbsp" => '\u00A0',
            _ => '\0',
        };
        if (common != '\0')
        {
            chars[0] = common;
            return (end + 1, 1);
        }

        var decoded = WebUtility.HtmlDecode(text[..(end + 1)].ToString());
        if (decoded.Length > end)
        {
            return default;
        }

        decoded.CopyTo(chars);
        return (end + 1, decoded.Length);
    }

    private static (int Length, int Count) Backslash(ReadOnlySpan<char> text, Span<char> chars)
    {
        if (text.Length < 2)
        {
            return default;
        }

        chars[0] = text[1] switch
        {
            'n' or 'r' => '\n',
            't' => '\t',
            '"' => '"',
            '\'' => '\'',
            '/' => '/',
            '\\' => '\\',
            _ => '\0',
        };
        if (chars[0] != '\0')
        {
            return (2, 1);
        }

        if (text[1] is not ('u' or 'x' or 'U'))
        {
            return default;
        }

        var digits = text[1] switch
        {
            'x' => 2,
            'u' => 4,
            _ => 8,
        };
        var from = 2;
        if (text.Length > 3 && text[2] == '{')
        {
            digits = text[3..Math.Min(text.Length, 10)].IndexOf('}');
            from = 3;
        }

        var value = digits > 0 && text.Length >= from + digits ? Number(text.Slice(from, digits), 16) : 0;
        var length = from + digits + (from == 3 ? 1 : 0);
        if (value is > 0 and <= char.MaxValue && char.IsSurrogate((char)value))
        {
            // Halves are put together by whoever reads the view.
            chars[0] = (char)value;
            return (length, 1);
        }

        var count = Encode(value, chars);
        return count > 0 ? (length, count) : default;
    }

    // How many places a character takes; none for what is no character.
    private static int Encode(int value, Span<char> chars)
    {
        if (value is > 0 and < 0x80)
        {
            chars[0] = (char)value;
            return 1;
        }

        return value > 0 && Rune.TryCreate(value, out var rune) ? rune.EncodeToUtf16(chars) : 0;
    }

    // Below zero for what is no number, or none of a character.
    private static int Number(ReadOnlySpan<char> digits, int radix)
    {
        const int Beyond = 0x110000;
        var value = digits.IsEmpty ? -1 : 0;
        foreach (var c in digits)
        {
            var digit = Digit(c);
            if (digit < 0 || digit >= radix)
            {
                return -1;
            }

            value = Math.Min(Beyond, (value * radix) + digit);
        }

        return value;
    }

    // Below zero for what is no digit.
    private static int Digit(char c) => c < 128 ? _digits[c] : -1;

    private static readonly sbyte[] _digits =
    [
        .. Enumerable
            .Range(0, 128)
            .Select(c => (sbyte)(char.IsAsciiHexDigit((char)c) ? Convert.ToInt32(((char)c).ToString(), 16) : -1)),
    ];
}
