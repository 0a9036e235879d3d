using System.Text;

namespace Bartizan.Posture.RedTeam.Imports;

/// <summary>Finds an attacker's text in an answer that was written as YAML: lines are broken anew there, quotes doubled and characters
/// escaped.</summary>
internal static class InjectedText
{
    /// <summary>The answer with the mark in the text's place; null when none of the texts stands there.</summary>
    public static string? Mark(string answer, IEnumerable<string> texts)
    {
        string? marked = null;
        foreach (var text in texts)
        {
            var within = marked ?? answer;
            var (read, places) = Bare(within);
            var (sought, _) = Bare(text);
            var at = sought.Length == 0 ? -1 : read.IndexOf(sought, StringComparison.Ordinal);
            if (at >= 0)
            {
                var end = places[at + sought.Length - 1] + 1;
                marked = string.Concat(within.AsSpan(0, places[at]), Suite.Marker, within.AsSpan(end));
            }
        }

        return marked;
    }

    // What YAML's styles add or leave out: white space, backslashes with the letter of a line's end, quotes.
    private static (string Text, List<int> Places) Bare(string text)
    {
        var bare = new StringBuilder(text.Length);
        var places = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is ('n' or 't'))
            {
                i++;
            }
            else if (!char.IsWhiteSpace(text[i]) && text[i] is not ('\\' or '\'' or '"'))
            {
                bare.Append(text[i]);
                places.Add(i);
            }
        }

        return (bare.ToString(), places);
    }
}
