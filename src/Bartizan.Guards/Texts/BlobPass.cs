using System.Buffers;
using System.Text;

namespace Bartizan.Guards.Texts;

/// <summary>Finds runs of Base64, Base32 and hexadecimal digits that hold a text.</summary>
internal static class BlobPass
{
    /// <summary>Characters of a run that are decoded first: what they hold says whether the rest is worth it.</summary>
    private const int Probe = 48;

    /// <summary>The longest run that is decoded; a longer one is a file.</summary>
    private const int MaxRun = 256 * 1024;

    /// <summary>The line length that Base64 is broken at, at most: RFC 2045 has 76.</summary>
    private const int LeastLine = 60;

    private static readonly SearchValues<char> _in = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
    );

    private static readonly bool[] _isIn = [.. Enumerable.Range(0, 128).Select(c => _in.Contains((char)c))];

    /// <summary>Hands over each run's text.</summary>
    /// <param name="view">Where to look.</param>
    /// <param name="hidden">Takes the places.</param>
    /// <param name="tries">Runs that may be tried yet.</param>
    /// <param name="found">Takes the views; false ends it.</param>
    /// <returns>False when there was more than could be tried.</returns>
    public static bool Find(TextView view, HiddenPlaces hidden, ref int tries, Func<TextView, bool> found)
    {
        var text = view.Text.Span;
        var masks = view.Masks;
        var at = 0;
        while (at < text.Length && masks.NextRun(CharKind.Blob, at, TextLimits.LeastBase64) is >= 0 and var start)
        {
            var end = masks.EndOf(CharKind.Blob, start + TextLimits.LeastBase64);
            var line = end;
            end = JoinLines(text, start, end);
            at = end + 1;
            if (end - start > MaxRun || !IsPromising(text[start..end]))
            {
                continue;
            }

            if (tries-- <= 0)
            {
                return false;
            }

            var read = Decode(text[start..end]);
            if (read is null && line < end)
            {
                // The next line only looked as if it went on with it.
                end = line;
                at = end + 1;
                read = Decode(text[start..end]);
            }

            if (read is not var (coding, decoded))
            {
                continue;
            }

            hidden.Add(coding == Coding.Hex ? HiddenForms.Hex : HiddenForms.Base64, view, start, end);
            var run = new OffsetRun(0, decoded.Length, start, end - start);
            if (!found(new TextView(decoded.AsMemory(), coding, view, [run], 1)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsIn(char c) => c < 128 && _isIn[c];

    // A word, however long, has one case; what is encoded has digits or changes its case all the time.
    private static bool IsPromising(ReadOnlySpan<char> run)
    {
        var probe = run[..Math.Min(run.Length, Probe)];
        var (changes, digits) = (0, 0);
        for (var at = 0; at < probe.Length; at++)
        {
            digits += char.IsAsciiDigit(probe[at]) ? 1 : 0;
            changes += at > 0 && ((probe[at] ^ probe[at - 1]) & 0x20) != 0 ? 1 : 0;
        }

        return digits * 16 >= probe.Length || changes * 5 >= probe.Length;
    }

    // The next line goes on with it where it is nothing but digits of the same code, and no longer than the first.
    private static int JoinLines(ReadOnlySpan<char> text, int start, int end)
    {
        var first = end - start;
        if (first < LeastLine)
        {
            return end;
        }

        var isHex = !text[start..end].ContainsAnyExcept(_hexDigits);
        while (end < text.Length && end - start < MaxRun)
        {
            var next = end + (text[end] == '\r' ? 1 : 0);
            next += next < text.Length && text[next] == '\n' ? 1 : 0;
            var line = next;
            while (line < text.Length && (isHex ? char.IsAsciiHexDigit(text[line]) : IsIn(text[line])))
            {
                line++;
            }

            var after = text[line..].TrimStart('=');
            if (
                next == end
                || line == next
                || line - next > first
                || (after.Length > 0 && after[0] is not ('\n' or '\r'))
            )
            {
                return end;
            }

            var isLast = line - next < first;
            end = line;
            if (isLast)
            {
                return end;
            }
        }

        return end;
    }

    private static (Coding, string)? Decode(ReadOnlySpan<char> run)
    {
        if (run.Length >= TextLimits.LeastHex)
        {
            var digits = run.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? run[2..] : run;
            var even = digits.Length % 2 == 0 ? digits : digits[..^1];
            if (!even.ContainsAnyExcept(_hexDigits))
            {
                return TextOf(Convert.FromHexString(even)) is { } hex ? (Coding.Hex, hex) : null;
            }

            if (!run.ContainsAnyExcept(_base32Digits) && TextOf(Base32(run)) is { } text32)
            {
                return (Coding.Base32, text32);
            }
        }

        // What stands before it may have been taken for its beginning: each of the four places where it may begin.
        for (var skip = 0; skip < 4 && run.Length - skip >= TextLimits.LeastBase64; skip++)
        {
            var from = run[skip..];
            if (
                (from.Length <= 2 * Probe || TextOf(FromBase64(from[..Probe]), true) is not null)
                && TextOf(FromBase64(from)) is { } text
            )
            {
                return (Coding.Base64, text);
            }
        }

        return null;
    }

    private static readonly sbyte[] _sixes = Table();
    private static readonly SearchValues<char> _hexDigits = SearchValues.Create("0123456789abcdefABCDEF");
    private static readonly SearchValues<char> _base32Digits = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");

    // Both alphabets, broken lines, and spare bits that may be anything: readers don't care, so neither does this one.
    private static byte[] FromBase64(ReadOnlySpan<char> run)
    {
        var bytes = new byte[run.Length * 6 / 8];
        var (bits, value, count) = (0, 0, 0);
        var sixes = _sixes;
        foreach (var c in run)
        {
            var six = c < 128 ? sixes[c] : -1;
            if (six < 0)
            {
                continue;
            }

            value = ((value << 6) | six) & 0xFFFF;
            bits += 6;
            if (bits >= 8)
            {
                bits -= 8;
                bytes[count++] = (byte)(value >> bits);
            }
        }

        return count == bytes.Length ? bytes : bytes[..count];
    }

    private static byte[] Base32(ReadOnlySpan<char> run)
    {
        var bytes = new byte[run.Length * 5 / 8];
        var (bits, value, count) = (0, 0, 0);
        foreach (var c in run)
        {
            value = ((value << 5) | (c >= 'A' ? c - 'A' : c - '2' + 26)) & 0xFFFF;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes[count++] = (byte)(value >> bits);
            }
        }

        return bytes;
    }

    // A text: UTF-8, or UTF-16 as PowerShell encodes it, and readable.
    internal static string? TextOf(byte[] bytes, bool isPiece = false)
    {
        if (bytes.Length < 8)
        {
            return null;
        }

        string text;
        if (bytes[1] == 0 && bytes[3] == 0 && bytes[5] == 0)
        {
            text = Encoding.Unicode.GetString(bytes.AsSpan(0, bytes.Length & ~1));
        }
        else
        {
            // The end of a piece may cut a letter.
            var length = bytes.Length;
            while (
                isPiece
                && length > bytes.Length - 4
                && bytes[length - 1] >= 0x80
                && !System.Text.Unicode.Utf8.IsValid(bytes.AsSpan(0, length))
            )
            {
                length--;
            }

            // Of a piece that is no text, nothing is read; of a whole, what is broken in it stays unreadable.
            if (isPiece && !System.Text.Unicode.Utf8.IsValid(bytes.AsSpan(0, length)))
            {
                return null;
            }

            text = Encoding.UTF8.GetString(bytes, 0, length);
        }

        var readable = 0;
        foreach (var c in text)
        {
            readable += c is >= ' ' and not ('\u007F' or '\uFFFD') or '\n' or '\r' or '\t' ? 1 : 0;
        }

        return readable * 10 >= text.Length * TextLimits.ReadableOfTen ? text : null;
    }

    // What each digit of Base64 is worth, in both alphabets; below zero for what is none.
    private static sbyte[] Table()
    {
        var table = new sbyte[128];
        Array.Fill(table, (sbyte)-1);
        for (sbyte digit = 0; digit < 64; digit++)
        {
            var sign = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[digit];
            table[sign] = digit;
        }

        (table['-'], table['_']) = (62, 63);
        return table;
    }
}
