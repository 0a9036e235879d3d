namespace Bartizan.Guards.Classifiers;

/// <summary>
/// The windows of a text, from its beginning on, so that a conversation that grows has the same ones as before but for the last.
/// </summary>
internal static class TextWindows
{
    /// <summary>Characters of one window.</summary>
    public const int Window = 16 * 1024;

    // What stands on an edge is whole in the next one.
    private const int Overlap = 1024;

    /// <summary>Cuts a text, one window at a time.</summary>
    public static IEnumerable<(int Start, string Text)> Of(string text)
    {
        for (var at = 0; at == 0 || at + Overlap < text.Length; at += Window - Overlap)
        {
            yield return (at, text.Substring(at, Math.Min(Window, text.Length - at)));
        }
    }
}
