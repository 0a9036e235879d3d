using System.Globalization;
using System.Runtime.InteropServices;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Training;

/// <summary>
/// The list of words that letters in a row are cut into, with what each is rare by, counted in the training data. The same rows make the
/// same bytes.
/// </summary>
internal static class SpelledList
{
    /// <summary>A word counts so often in one text: what one text repeats says nothing of others.</summary>
    private const int MostOfText = 3;

    /// <summary>Words up to this length are cut out of others by mistake, and so must be met more often.</summary>
    private const int Short = 3;

    private static readonly (int Families, int Times) _leastShort = (6, 100);
    private static readonly (int Families, int Times) _least = (3, 5);

    public static int Run(string data, string path)
    {
        var counted = new Dictionary<string, (int Times, HashSet<string> Families)>(StringComparer.Ordinal);
        var joined = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in Corpus.Read(data))
        {
            var (words, pairs) = Read(row.Text.ToLowerInvariant());
            foreach (var (word, times) in words)
            {
                ref var one = ref CollectionsMarshal.GetValueRefOrAddDefault(counted, word, out _);
                one = (one.Times + Math.Min(times, MostOfText), one.Families ?? []);
                one.Families.Add(row.Family);
            }

            foreach (var pair in pairs)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(joined, pair, out _)++;
            }
        }

        // What is written as two words more often than as one is two: `to do`, `are a`.
        var total = counted.Values.Sum(one => (double)one.Times);
        var lines = counted
            .Where(one => IsKept(one.Key, one.Value.Times, one.Value.Families.Count))
            .Where(one => joined.GetValueOrDefault(one.Key) <= one.Value.Times)
            .OrderBy(one => one.Key, StringComparer.Ordinal)
            .Select(one => $"{one.Key} {Cost(total / one.Value.Times).ToString(CultureInfo.InvariantCulture)}\n")
            .ToArray();
        File.WriteAllText(path, string.Concat(lines));
        Console.WriteLine($"{lines.Length} words");
        return 0;
    }

    private static bool IsKept(string word, int times, int families)
    {
        var least = word.Length <= Short ? _leastShort : _least;
        return (word.Length > 1 || word is "a" or "i") && families >= least.Families && times >= least.Times;
    }

    private static int Cost(double rare) =>
        Math.Clamp((int)Math.Round(SpelledWords.Steps * Math.Log(rare)), 1, byte.MaxValue);

    // The words of a text with how often each stands there, and which two stand side by side, written together.
    private static (Dictionary<string, int> Words, HashSet<string> Pairs) Read(string text)
    {
        var (words, pairs) = (
            new Dictionary<string, int>(StringComparer.Ordinal),
            new HashSet<string>(StringComparer.Ordinal)
        );
        var (before, beforeEnd) = ("", -1);
        for (var at = 0; at < text.Length; at++)
        {
            if (!char.IsLetterOrDigit(text[at]))
            {
                continue;
            }

            var start = at;
            while (at < text.Length && char.IsLetterOrDigit(text[at]))
            {
                at++;
            }

            var word = text[start..at];
            if (word.Length > SpelledWords.MaxWord || !word.All(char.IsAsciiLetterLower))
            {
                before = "";
                continue;
            }

            CollectionsMarshal.GetValueRefOrAddDefault(words, word, out _)++;
            if (before.Length > 0 && start == beforeEnd + 1 && text[beforeEnd] == ' ')
            {
                pairs.Add(before + word);
            }

            (before, beforeEnd) = (word, at);
        }

        return (words, pairs);
    }
}
