using System.Text.RegularExpressions;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Tests.Policies;

/// <summary>
/// Decides paths by the words of the manifest reference alone, with regular expressions: shares no code with the product, to
/// be wrong in other places than it.
/// </summary>
internal static class BruteForce
{
    private static readonly Dictionary<string, Regex> _known = new(StringComparer.Ordinal);

    /// <summary>Deny beats ask beats allow; what nothing says is denied.</summary>
    public static Effect Decide(IEnumerable<string> rules, string path)
    {
        var effect = (Effect?)null;
        foreach (var rule in rules)
        {
            var (said, pattern) = (
                rule[..rule.IndexOf(':', StringComparison.Ordinal)],
                rule[(rule.IndexOf("read ", StringComparison.Ordinal) + 5)..]
            );
            if (ExpressionOf(pattern, below: said != "allow").IsMatch(path + "/"))
            {
                var one = Enum.Parse<Effect>(said, ignoreCase: true);
                effect = effect is null || one < effect ? one : effect;
            }
        }

        return effect ?? Effect.Deny;
    }

    // Every segment with the slash that follows it, so that `**` is any number of them.
    private static Regex ExpressionOf(string pattern, bool below)
    {
        var segments = pattern.Split('/').ToList();
        if (below && !segments[^1].Contains('*', StringComparison.Ordinal))
        {
            segments.Add("**");
        }

        var text = string.Concat(
            segments.Select(s =>
                s == "**" ? "(?:[^/]+/)*"
                : s == "*" ? "[^/]+/"
                : Regex.Escape(s).Replace("\\*", "[^/]*", StringComparison.Ordinal) + "/"
            )
        );
        if (!_known.TryGetValue(text, out var expression))
        {
            _known[text] = expression = new Regex($"^{text}$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }

        return expression;
    }
}
