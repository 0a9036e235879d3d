using System.Collections.Frozen;

namespace Bartizan.Guards.Texts;

/// <summary>Words letter by letter: what is none is left after a letter or two.</summary>
internal sealed class WordTree
{
    /// <summary>Places of a node: a letter's place is its last five bits.</summary>
    private const int Width = 32;

    // For each node its followers (0 for none), and whether a word, or one of orders, ends there.
    private readonly short[] _next;
    private readonly bool[] _ends;
    private readonly bool[] _orders;

    /// <summary>The tree of words of the letters a to z.</summary>
    public WordTree(IEnumerable<string> words, FrozenSet<string> orders)
    {
        var (next, ends, isOrder) = (
            new List<short>(new short[Width]),
            new List<bool> { false },
            new List<bool> { false }
        );
        foreach (var word in words)
        {
            var node = 0;
            foreach (var letter in word)
            {
                var at = (node * Width) + CodeOf(letter);
                if (next[at] == 0)
                {
                    next[at] = checked((short)ends.Count);
                    next.AddRange(new short[Width]);
                    ends.Add(false);
                    isOrder.Add(false);
                }

                node = next[at];
            }

            ends[node] = true;
            isOrder[node] = orders.Contains(word);
        }

        (_next, _ends, _orders) = ([.. next], [.. ends], [.. isOrder]);
    }

    /// <summary>One step on; 0 when no word goes on so.</summary>
    public int Step(int node, char letter) => _next[(node * Width) + CodeOf(letter)];

    /// <summary>The number of a letter, whatever its case: one for a.</summary>
    public static int CodeOf(char letter) => letter & (Width - 1);

    /// <summary>True where a word ends.</summary>
    public bool IsWord(int node) => _ends[node];

    /// <summary>True where a word of orders ends.</summary>
    public bool IsOrder(int node) => _orders[node];
}
