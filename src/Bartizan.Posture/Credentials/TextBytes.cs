using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Bartizan.Posture.Credentials;

/// <summary>Tells text from what is none.</summary>
internal static class TextBytes
{
    /// <summary>The largest text that is looked at; one that is larger is counted as skipped.</summary>
    public const int MaxBytes = 8 << 20;

    private static readonly UTF8Encoding _strict = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    /// <summary>Reads UTF-8 text, letter by letter so that it can be written back; false for anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (bytes.IndexOf((byte)0) >= 0)
        {
            return false;
        }

        try
        {
            text = _strict.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            // Other encodings hold ASCII where credentials are; what is found so isn't written back.
            text = Encoding.Latin1.GetString(bytes);
            return true;
        }
    }

    /// <summary>True when a text came from these bytes and can be written back.</summary>
    public static bool IsSame(string text, ReadOnlySpan<byte> bytes) =>
        _strict.GetBytes(text).AsSpan().SequenceEqual(bytes);
}
