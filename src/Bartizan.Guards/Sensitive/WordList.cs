using System.Collections.Frozen;

namespace Bartizan.Guards.Sensitive;

/// <summary>A short list of words, whatever their case. Most words that aren't in it are told by their first letter and length.</summary>
internal sealed class WordList
{
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _words;
    private readonly ulong[] _lengths = new ulong[32];

    /// <summary>Reads a list.</summary>
    /// <param name="words">Words of at most 63 letters, with gaps between.</param>
    public WordList(string words)
    {
        var all = words.Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        foreach (var word in all)
        {
            _lengths[word[0] & 0x1F] |= 1UL << word.Length;
        }

        _words = all.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>True for a word of the list.</summary>
    public bool Contains(ReadOnlySpan<char> word) =>
        word.Length is > 0 and < 64 && (_lengths[word[0] & 0x1F] & (1UL << word.Length)) != 0 && _words.Contains(word);
}
