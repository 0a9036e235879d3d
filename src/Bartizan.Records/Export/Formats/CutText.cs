namespace Bartizan.Records.Export.Formats;

/// <summary>Texts no longer than a transport takes.</summary>
internal static class CutText
{
    /// <summary>The text, or its start and an ellipsis; never half of a character.</summary>
    public static string To(string text, int maxCharacters)
    {
        if (text.Length <= maxCharacters)
        {
            return text;
        }

        var end = Math.Max(0, maxCharacters - 1);
        if (end > 0 && char.IsHighSurrogate(text[end - 1]))
        {
            end--;
        }

        return $"{text.AsSpan(0, end)}…";
    }
}
