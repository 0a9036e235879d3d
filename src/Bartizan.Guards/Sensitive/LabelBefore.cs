namespace Bartizan.Guards.Sensitive;

/// <summary>
/// Reads backwards what stands before a value: the signs between it and a label, and the label's letters. <c>first_name</c>,
/// <c>first-name</c> and <c>firstName</c> are one label.
/// </summary>
internal static class LabelBefore
{
    /// <summary>Signs between a label and what it labels.</summary>
    private const int MaxSigns = 8;

    /// <summary>Passes over the signs before a place.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">The place.</param>
    /// <param name="of">Signs of which a label has one.</param>
    /// <param name="stops">Signs beyond which nothing belongs to the value.</param>
    /// <param name="isLabel">True when one of the signs says that a label is before them.</param>
    /// <returns>Where they begin; below zero where one of them stops.</returns>
    public static int Signs(
        ReadOnlySpan<char> text,
        int start,
        ReadOnlySpan<char> of,
        ReadOnlySpan<char> stops,
        out bool isLabel
    )
    {
        var end = start;
        isLabel = false;
        while (end > 0 && start - end < MaxSigns && !char.IsLetterOrDigit(text[end - 1]))
        {
            var sign = text[--end];
            if (stops.Contains(sign))
            {
                return -1;
            }

            isLabel |= of.Contains(sign);
        }

        return end;
    }

    /// <summary>Takes the letters of the word before a place, to the left of those that were taken, as many as there is room for.</summary>
    /// <param name="text">The text.</param>
    /// <param name="end">The place; then where the word begins.</param>
    /// <param name="letters">Takes the letters, from its end on.</param>
    /// <param name="taken">How many there are.</param>
    /// <returns>How many were taken now.</returns>
    public static int Word(ReadOnlySpan<char> text, ref int end, Span<char> letters, int taken)
    {
        var count = 0;
        while (
            end > 0 && taken + count < letters.Length && (char.IsLetter(text[end - 1]) || text[end - 1] is '_' or '-')
        )
        {
            end--;
            if (char.IsLetter(text[end]))
            {
                count++;
                letters[^(taken + count)] = text[end];
            }
        }

        return count;
    }
}
