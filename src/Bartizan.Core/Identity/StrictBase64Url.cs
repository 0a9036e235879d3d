using System.Buffers;
using System.Buffers.Text;

namespace Bartizan.Core.Identity;

/// <summary>
/// Base64url as RFC 7515, 2, and nothing else: no padding, no blanks, no bits that say nothing. Two spellings of one token would be two
/// tokens to whoever compares them.
/// </summary>
internal static class StrictBase64Url
{
    private static readonly SearchValues<char> s_letters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    );

    /// <summary>The bytes; null for what is no such text.</summary>
    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        if (text.ContainsAnyExcept(s_letters) || text.Length % 4 == 1)
        {
            return null;
        }

        try
        {
            var bytes = Base64Url.DecodeFromChars(text);
            return Base64Url.EncodeToString(bytes).AsSpan().SequenceEqual(text) ? bytes : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
