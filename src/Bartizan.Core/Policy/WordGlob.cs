using System.Buffers;

namespace Bartizan.Core.Policies;

/// <summary>
/// A pattern for the text of an argument: <c>*</c> is a part of one word, <c>**</c> anything. What ends a word is what a
/// reader of the rule would not expect <c>*</c> to cover: white space, control and format characters, quotes, brackets and
/// <c>/ \ , ; | @ &lt; &gt;</c>. So <c>*@example.com</c> is one address and never <c>a@evil.example,b@example.com</c>.
/// </summary>
internal sealed class WordGlob
{
    /// <summary>Longer patterns than this are lists; with <see cref="MaxText"/> it bounds what a match costs.</summary>
    public const int MaxLength = 128;

    /// <summary>Longer texts are not compared: whether they fit is unknown.</summary>
    public const int MaxText = 4096;

    /// <summary>The token of <c>*</c>. Tokens are private-use characters, which no manifest may hold.</summary>
    public const char AnyWord = '\uE001';

    /// <summary>The token of <c>**</c>.</summary>
    public const char AnyText = '\uE000';

    private static readonly SearchValues<char> _ends = SearchValues.Create("/\\,;|@<>()[]{}\"'`");

    private readonly string _tokens;

    private WordGlob(string tokens) => _tokens = tokens;

    /// <summary>The pattern's characters and tokens, in order.</summary>
    public string Tokens => _tokens;

    /// <summary>Reads a pattern.</summary>
    public static WordGlob Of(string text) =>
        new(
            text.Replace("**", AnyText.ToString(), StringComparison.Ordinal)
                .Replace('*', AnyWord)
                .Replace($"{AnyText}{AnyWord}", $"{AnyText}", StringComparison.Ordinal)
        );

    /// <summary>True when the whole of <paramref name="text"/> fits; texts beyond <see cref="MaxText"/> never do.</summary>
    public bool Matches(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxText)
        {
            return false;
        }

        // reach[j]: the tokens so far can stand for text[..j].
        Span<bool> reach = stackalloc bool[MaxText + 1];
        reach = reach[..(text.Length + 1)];
        reach.Clear();
        reach[0] = true;
        foreach (var token in _tokens)
        {
            Step(token, text, reach);
        }

        return reach[^1];
    }

    private static void Step(char token, ReadOnlySpan<char> text, Span<bool> reach)
    {
        if (token is AnyText or AnyWord)
        {
            for (var j = 1; j < reach.Length; j++)
            {
                reach[j] |= reach[j - 1] && (token == AnyText || !EndsWord(text[j - 1]));
            }

            return;
        }

        for (var j = reach.Length - 1; j > 0; j--)
        {
            reach[j] = reach[j - 1] && text[j - 1] == token;
        }

        reach[0] = false;
    }

    /// <summary>True for what <c>*</c> stays before.</summary>
    public static bool EndsWord(char c) =>
        _ends.Contains(c)
        || char.IsWhiteSpace(c)
        || char.IsControl(c)
        || (c > '\x7f' && char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format);
}
