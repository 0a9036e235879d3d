namespace Bartizan.Core.Ports;

/// <summary>One place of a content that a guard asks people about.</summary>
/// <param name="Guard">Which guard, with its version and its channel.</param>
/// <param name="Kind">What it found.</param>
/// <param name="Start">Where it begins, in characters of the text that its reader would read.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Length">How many characters the whole text has.</param>
/// <param name="Excerpt">The place, and some of what stands around it, as it is; bounded, empty where it has no place.</param>
public sealed record GuardFind(string Guard, string Kind, int Start, int End, int Length, string Excerpt)
{
    /// <summary>Finds of one content that are shown one by one; of the rest the number.</summary>
    public const int MaxShown = 16;

    /// <summary>Characters of a find that are shown; a longer one is shown by its beginning.</summary>
    public const int MaxFound = 160;

    /// <summary>Characters that are shown before and after it.</summary>
    public const int Around = 60;

    /// <summary>A find in a text; in an empty one it has a place and nothing that is shown of it: credentials and data of people.</summary>
    public static GuardFind In(string text, string guard, string kind, int start, int end)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (start < 0 || end <= start || end > text.Length)
        {
            return new GuardFind(guard, kind, Math.Max(0, start), Math.Max(0, end), text.Length, "");
        }

        var from = Math.Max(0, start - Around);
        var to = Math.Min(text.Length, start + Math.Min(end - start, MaxFound) + Around);
        return new GuardFind(guard, kind, start, end, text.Length, text[from..to]);
    }
}
