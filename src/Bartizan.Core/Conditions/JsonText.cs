using System.Buffers.Text;
using System.Text;

namespace Bartizan.Core.Conditions;

/// <summary>Texts as JSON writes them (RFC 8259), read without an allocation and without the exceptions of a decoder.</summary>
internal static class JsonText
{
    /// <summary>
    /// Longest text of an argument that conditions look into, as it stands in the JSON. Bounds what one comparison can be
    /// made to cost; a longer one is unknown.
    /// </summary>
    internal const int MaxBytes = 1 << 20;

    /// <summary>
    /// What a string of JSON means, as UTF-8; false when it is longer than <see cref="MaxBytes"/>, no Unicode text, or holds a
    /// zero.
    /// </summary>
    /// <param name="raw">What stands between the quotes.</param>
    /// <param name="scratch">Used when there are escapes.</param>
    /// <param name="text">The text.</param>
    public static bool TryRead(ReadOnlySpan<byte> raw, ref Scratch scratch, out ReadOnlySpan<byte> text)
    {
        text = raw;
        if (raw.Length > MaxBytes || !System.Text.Unicode.Utf8.IsValid(raw))
        {
            return false;
        }

        var escape = raw.IndexOf((byte)'\\');
        if (escape < 0)
        {
            return true;
        }

        // No escape is shorter than what it means.
        var target = scratch.Rent(raw.Length);
        var written = 0;
        while (escape >= 0)
        {
            raw[..escape].CopyTo(target[written..]);
            written += escape;
            if (!TryEscape(raw[escape..], target[written..], out var read, out var size))
            {
                return false;
            }

            written += size;
            raw = raw[(escape + read)..];
            escape = raw.IndexOf((byte)'\\');
        }

        raw.CopyTo(target[written..]);
        text = target[..(written + raw.Length)];
        return true;
    }

    private static bool TryEscape(ReadOnlySpan<byte> raw, Span<byte> target, out int read, out int written)
    {
        (read, written) = (2, 1);
        if (raw.Length < 2)
        {
            return false;
        }

        if (raw[1] == 'u')
        {
            return TryUnit(raw, target, out read, out written);
        }

        target[0] = raw[1] switch
        {
            (byte)'b' => (byte)'\b',
            (byte)'f' => (byte)'\f',
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            var same => same,
        };
        return raw[1]
            is (byte)'b'
                or (byte)'f'
                or (byte)'n'
                or (byte)'r'
                or (byte)'t'
                or (byte)'"'
                or (byte)'\\'
                or (byte)'/';
    }

    // \uXXXX, or two of them for one character. Half a pair is no text: readers disagree about what it means.
    private static bool TryUnit(ReadOnlySpan<byte> raw, Span<byte> target, out int read, out int written)
    {
        (read, written) = (6, 0);
        if (!TryHex(raw, out var unit))
        {
            return false;
        }

        // Some readers end a text at its first zero.
        if (unit == 0)
        {
            return false;
        }

        if (Rune.TryCreate(unit, out var rune))
        {
            written = rune.EncodeToUtf8(target);
            return true;
        }

        read = 12;
        if (!TryHex(raw[6..], out var second) || !Rune.TryCreate(unit, second, out rune))
        {
            return false;
        }

        written = rune.EncodeToUtf8(target);
        return true;
    }

    private static bool TryHex(ReadOnlySpan<byte> raw, out char unit)
    {
        unit = default;
        if (raw.Length < 6 || raw[0] != '\\' || raw[1] != 'u')
        {
            return false;
        }

        var isHex = Utf8Parser.TryParse(raw[2..6], out ushort value, out var read, 'x') && read == 4;
        unit = (char)value;
        return isHex;
    }
}
