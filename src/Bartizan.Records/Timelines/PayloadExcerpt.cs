using System.Text;

namespace Bartizan.Records.Timelines;

/// <summary>How a payload begins, for a person's eye.</summary>
internal static class PayloadExcerpt
{
    /// <summary>Characters of an excerpt: what it is about fits, and a screen of them stays readable.</summary>
    public const int MaxLength = 300;

    /// <summary>The beginning on one line; null for what isn't text.</summary>
    public static string? Of(string mediaType, ReadOnlyMemory<byte> content)
    {
        var isText =
            mediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
            || mediaType.Contains("json", StringComparison.OrdinalIgnoreCase)
            || mediaType.Contains("x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);
        if (!isText)
        {
            return null;
        }

        // Four bytes a character at most; one more character says that there is more.
        var text = Encoding.UTF8.GetString(content.Span[..Math.Min(content.Length, 4 * (MaxLength + 1))]);
        var words = string.Join(' ', text.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
        return words.Length <= MaxLength ? words : words[..MaxLength] + "…";
    }
}
