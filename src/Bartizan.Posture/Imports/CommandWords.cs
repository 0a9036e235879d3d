namespace Bartizan.Posture.Imports;

/// <summary>Turns the words of somebody else's command rule into those of an <c>exec</c> pattern.</summary>
internal static class CommandWords
{
    /// <summary>Characters that a pattern of <c>exec</c> can't hold as themselves.</summary>
    private const string Unsayable = "\"'`\\\t\n\r$;&|<>(){}[]?~#!";

    /// <summary>True when each character can stand in a pattern.</summary>
    public static bool CanSay(string text) =>
        text.AsSpan().IndexOfAny(Unsayable) < 0 && !text.Any(c => char.IsControl(c) || c > '~');

    /// <summary>True when the words can stand in a pattern as they are, wildcards included as plain characters.</summary>
    public static bool AreLiteral(IEnumerable<string> words) =>
        words.All(word =>
            word.Length > 0
            && CanSay(word)
            && !word.Contains('*', StringComparison.Ordinal)
            && !word.Contains(' ', StringComparison.Ordinal)
        );

    /// <summary>The first word, when it can be said.</summary>
    public static string? FirstOf(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var first, ..]
        && CanSay(first)
        && first.Trim('*').Length > 0
            ? first.TrimEnd('*')
            : null;
}
