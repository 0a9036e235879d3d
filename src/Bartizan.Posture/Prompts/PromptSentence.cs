using System.Collections.Immutable;

namespace Bartizan.Posture.Prompts;

/// <summary>One sentence of a prompt, without the sign of a list before it. A sentence ends with its line.</summary>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Text">Its words.</param>
internal sealed record PromptSentence(int Line, string Text)
{
    /// <summary>All sentences of a prompt that hold a letter, in order.</summary>
    public static ImmutableArray<PromptSentence> AllOf(string prompt)
    {
        var sentences = ImmutableArray.CreateBuilder<PromptSentence>();
        var line = 0;
        foreach (var text in prompt.AsSpan().EnumerateLines())
        {
            line++;
            var start = 0;
            for (var at = 0; at < text.Length; at++)
            {
                var isLast = at == text.Length - 1;
                if (isLast || (text[at] is '.' or '!' or '?' && char.IsWhiteSpace(text[at + 1])))
                {
                    var words = text[start..(at + 1)].Trim().TrimStart("-*•>#+ \t");
                    start = at + 1;
                    if (HasLetter(words))
                    {
                        sentences.Add(new PromptSentence(line, words.ToString()));
                    }
                }
            }
        }

        return sentences.ToImmutable();
    }

    private static bool HasLetter(ReadOnlySpan<char> words)
    {
        foreach (var c in words)
        {
            if (char.IsLetter(c))
            {
                return true;
            }
        }

        return false;
    }
}
