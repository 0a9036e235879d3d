using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Bartizan.Core.Policies;

/// <summary>Reads the text of a JSON value.</summary>
internal static class JsonText
{
    /// <summary>Texts up to this long, without escapes, are read without allocating.</summary>
    public const int Short = 512;

    /// <summary>Reads a string; false for another kind, and for text that is no Unicode (a lone surrogate in an escape).</summary>
    public static bool TryRead(JsonElement value, Span<char> buffer, out ReadOnlySpan<char> text)
    {
        text = default;
        if (value.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        var raw = JsonMarshal.GetRawUtf8Value(value)[1..^1];
        if (raw.Length <= buffer.Length && !raw.Contains((byte)'\\'))
        {
            if (
                Utf8.ToUtf16(raw, buffer, out _, out var written, replaceInvalidSequences: false)
                != System.Buffers.OperationStatus.Done
            )
            {
                return false;
            }

            text = buffer[..written];
            return true;
        }

        try
        {
            text = value.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
