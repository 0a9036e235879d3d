using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Bartizan.Records.Entries;

/// <summary>
/// Writes canonical JSON (RFC 8785) into a span: no white space, the shortest escapes, integers only. Members must be written
/// in the order of their names. When the span is too short it says so and writes nothing more.
/// </summary>
internal ref struct CanonicalWriter(Span<byte> output, int maxTextLength)
{
    // Digits of a SHA-256 with its mark: what a text that is too long ends in.
    private const string CutMark = "…sha256:";

    // 2026-01-02T03:04:05.1234567Z
    private const int TimeLength = 28;

    private static readonly SearchValues<char> s_plain = SearchValues.Create(
        Enumerable.Range(0x20, 0x5F).Select(c => (char)c).Where(c => c is not ('"' or '\\')).ToArray()
    );

    private readonly Span<byte> _output = output;
    private int _used;
    private bool _first = true;

    /// <summary>True when not everything fitted.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>Bytes written.</summary>
    public readonly int Length => _used;

    public void Open(byte bracket)
    {
        Raw(bracket);
        _first = true;
    }

    public void Close(byte bracket)
    {
        Raw(bracket);
        _first = false;
    }

    /// <summary>The name of the next member, plain ASCII.</summary>
    public void Name(ReadOnlySpan<byte> name)
    {
        Next();
        Raw((byte)'"');
        Raw(name);
        Raw("\":"u8);
    }

    /// <summary>Goes to the next element of an array.</summary>
    public void Next()
    {
        if (!_first)
        {
            Raw((byte)',');
        }

        _first = false;
    }

    public void Number(long value)
    {
        if (Utf8Formatter.TryFormat(value, _output[_used..], out var written))
        {
            _used += written;
        }
        else
        {
            Overflowed = true;
        }
    }

    public void Number(double value)
    {
        // Shortest round trip, as RFC 8785 asks; callers keep within the range where no exponent is written.
        if (value.TryFormat(_output[_used..], out var written, "R", System.Globalization.CultureInfo.InvariantCulture))
        {
            _used += written;
        }
        else
        {
            Overflowed = true;
        }
    }

    public void True() => Raw("true"u8);

    public void Member(ReadOnlySpan<byte> name, string? text, int share = 1)
    {
        if (!string.IsNullOrEmpty(text))
        {
            Name(name);
            Text(text, share);
        }
    }

    public void Member(ReadOnlySpan<byte> name, long value)
    {
        Name(name);
        Number(value);
    }

    /// <summary>A string; one that is too long (the writer's bound divided by <paramref name="share"/>) ends in its digest.</summary>
    public void Text(string text, int share = 1)
    {
        var max = maxTextLength / share;
        Raw((byte)'"');
        if (text.Length <= max)
        {
            Escaped(text);
        }
        else
        {
            var cut = max - (2 * SHA256.HashSizeInBytes) - CutMark.Length;
            if (cut > 0 && char.IsHighSurrogate(text[cut - 1]))
            {
                cut--;
            }

            Escaped(text.AsSpan(0, Math.Max(cut, 0)));
            Escaped(CutMark);
            Escaped(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
        }

        Raw((byte)'"');
    }

    public void Time(DateTimeOffset time)
    {
        // As ISO 8601 with seven digits of a second, of which six stay: a format of its own would be read anew for each entry.
        Span<byte> text = stackalloc byte[TimeLength];
        _ = Utf8Formatter.TryFormat(time.UtcDateTime, text, out _, new StandardFormat('O'));
        Raw((byte)'"');
        Raw(text[..^2]);
        Raw("Z\""u8);
    }

    private void Escaped(ReadOnlySpan<char> text)
    {
        while (text.Length > 0)
        {
            var plain = text.IndexOfAnyExcept(s_plain);
            plain = plain < 0 ? text.Length : plain;
            if (!Encoding.UTF8.TryGetBytes(text[..plain], _output[_used..], out var written))
            {
                Overflowed = true;
                return;
            }

            _used += written;
            text = text[plain..];
            if (text.Length > 0)
            {
                text = text[EscapeOne(text)..];
            }
        }
    }

    private int EscapeOne(ReadOnlySpan<char> text)
    {
        switch (text[0])
        {
            case '"':
                Raw("\\\""u8);
                return 1;
            case '\\':
                Raw("\\\\"u8);
                return 1;
            case '\b':
                Raw("\\b"u8);
                return 1;
            case '\t':
                Raw("\\t"u8);
                return 1;
            case '\n':
                Raw("\\n"u8);
                return 1;
            case '\f':
                Raw("\\f"u8);
                return 1;
            case '\r':
                Raw("\\r"u8);
                return 1;
            case < ' ':
                Raw("\\u00"u8);
                Raw((byte)"0123456789abcdef"[text[0] >> 4]);
                Raw((byte)"0123456789abcdef"[text[0] & 15]);
                return 1;
            default:
                // An unpaired surrogate has no UTF-8: it becomes U+FFFD, since an entry must be written in any case.
                _ = Rune.DecodeFromUtf16(text, out var rune, out var consumed);
                Span<byte> bytes = stackalloc byte[4];
                Raw(bytes[..rune.EncodeToUtf8(bytes)]);
                return consumed;
        }
    }

    private void Raw(byte b)
    {
        if (_used < _output.Length)
        {
            _output[_used++] = b;
        }
        else
        {
            Overflowed = true;
        }
    }

    private void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        if (bytes.TryCopyTo(_output[_used..]))
        {
            _used += bytes.Length;
        }
        else
        {
            Overflowed = true;
        }
    }
}
