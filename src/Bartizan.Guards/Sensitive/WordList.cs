using System.Collections.Frozen;
using System.Text;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Sensitive;

/// <summary>A short list of words, whatever their case.</summary>
internal sealed class WordList
{
    private readonly WordTable _ascii;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _words;

    // By the last bits of the first letter a bit for each length: most words that aren't in the list are told by it.
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

        _ascii = new WordTable(all.Select(word => (word, 1)));
        _words = all.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>True for a word of the list.</summary>
    public bool Contains(ReadOnlySpan<char> word) =>
        word.Length is > 0 and < 64
        && (_lengths[word[0] & 0x1F] & (1UL << word.Length)) != 0
        && (Ascii.IsValid(word) ? _ascii.NumberOf(word, 0, word.Length) != 0 : _words.Contains(word));
}
