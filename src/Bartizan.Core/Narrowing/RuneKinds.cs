using System.Text;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// Runes that tests of texts tell apart though they don't name them: those that end a word, those that don't, and those of
/// two UTF-16 units, which never do.
/// </summary>
internal static class RuneKinds
{
    /// <summary>The last rune.</summary>
    public const int Last = 0x10FFFF;

    private const int FirstWide = 0x10000;
    private const string Plain = "xyzabcdefghijklmnopqrstuvwXYZABCDEFGHIJKLMNOPQRSTUVW0123456789_-. ";

    private static readonly Lazy<int[]> _ends = new(() =>
        [.. Enumerable.Range(1, FirstWide - 1).Where(c => Rune.IsValid(c) && WordGlob.EndsWord((char)c))]
    );

    /// <summary>One of each kind between two runes, neither included, that isn't named.</summary>
    public static IEnumerable<Rune> Between(int least, int most, SortedSet<int> named)
    {
        var plain = Plain.Where(c => c > least && c < most && !named.Contains(c) && !WordGlob.EndsWord(c));
        var word = plain.Any() ? plain.First() : Find(least + 1, Math.Min(most, FirstWide), named);
        if (word >= 0)
        {
            yield return new Rune(word);
        }

        foreach (
            var end in _ends
                .Value.Where(c => c > least && c < most && !named.Contains(c))
                .OrderBy(c => c != ' ')
                .Take(1)
        )
        {
            yield return new Rune(end);
        }

        for (var wide = Math.Max(least + 1, FirstWide); wide < most; wide++)
        {
            if (!named.Contains(wide))
            {
                yield return new Rune(wide);
                break;
            }
        }
    }

    private static int Find(int from, int to, SortedSet<int> named)
    {
        for (var c = Math.Max(from, 1); c < to; c++)
        {
            if (Rune.IsValid(c) && !named.Contains(c) && !WordGlob.EndsWord((char)c))
            {
                return c;
            }
        }

        return -1;
    }
}
