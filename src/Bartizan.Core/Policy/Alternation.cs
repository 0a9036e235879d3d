using System.Collections.Immutable;

namespace Bartizan.Core.Policies;

/// <summary>Writes the alternatives of a pattern out: <c>a{b,c}</c> is <c>ab</c> and <c>ac</c>. Braces don't nest.</summary>
internal static class Alternation
{
    /// <summary>The most patterns that one rule may stand for; bounds what a decision costs.</summary>
    public const int MaxAlternatives = 256;

    /// <summary>Expands a pattern; a problem follows its name in a sentence.</summary>
    public static bool TryExpand(string pattern, out ImmutableArray<string> patterns, out string problem)
    {
        problem = "";
        if (!pattern.AsSpan().ContainsAny('{', '}'))
        {
            patterns = [pattern];
            return true;
        }

        patterns = [""];
        var position = 0;
        while (position < pattern.Length)
        {
            var open = pattern.IndexOfAny(['{', '}'], position);
            if (open < 0)
            {
                patterns = Append(patterns, [pattern[position..]]);
                return true;
            }

            var close = pattern.IndexOfAny(['{', '}'], open + 1);
            if (pattern[open] == '}' || close < 0 || pattern[close] == '{')
            {
                problem = "has braces that don't pair (they don't nest either)";
                return false;
            }

            var choices = pattern[(open + 1)..close].Split(',');
            if (choices.Length < 2 || choices.Any(c => c.Trim().Length == 0))
            {
                problem = "has braces with fewer than two alternatives, or with an empty one";
                return false;
            }

            if ((long)patterns.Length * choices.Length > MaxAlternatives)
            {
                problem = $"stands for more than {MaxAlternatives} patterns; split the rule";
                return false;
            }

            patterns = Append(Append(patterns, [pattern[position..open]]), [.. choices.Select(c => c.Trim())]);
            position = close + 1;
        }

        return true;
    }

    private static ImmutableArray<string> Append(ImmutableArray<string> starts, ImmutableArray<string> ends) =>
        [.. from start in starts from end in ends select start + end];
}
