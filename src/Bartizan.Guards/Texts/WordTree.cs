using System.Collections.Frozen;

namespace Bartizan.Guards.Texts;

/// <summary>Words letter by letter: what is none is left after a letter or two.</summary>
internal sealed class WordTree
{
    // For each node its 26 followers (0 for none), and whether a word, or one of orders, ends there.
    private readonly short[] _next;
    private readonly bool[] _ends;
    private readonly bool[] _orders;

    /// <summary>The tree of words of the letters a to z.</summary>
    public WordTree(IEnumerable<string> words, FrozenSet<string> orders)
    {
        var (next, ends, isOrder) = (
            new List<short>(new short[26]),
            new List<bool> { false },
            new List<bool> { false }
        );
        foreach (var word in words)
        {
            var node = 0;
            foreach (var letter in word)
            {
                var at = (node * 26) + letter - 'a';
                if (next[at] == 0)
                {
                    next[at] = checked((short)ends.Count);
                    next.AddRange(new short[26]);
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
    public int Step(int node, char letter) => _next[(node * 26) + ((letter | 0x20) - 'a')];

    /// <summary>True where a word ends.</summary>
    public bool IsWord(int node) => _ends[node];

    /// <summary>True where a word of orders ends.</summary>
    public bool IsOrder(int node) => _orders[node];
}
