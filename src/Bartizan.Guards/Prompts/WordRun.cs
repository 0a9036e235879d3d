using System.Runtime.InteropServices;

namespace Bartizan.Guards.Prompts;

/// <summary>The last words of a text, as one keyed hash of them in their order.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct WordRun(ulong @base)
{
    private ulong _first;
    private ulong _second;
    private ulong _third;
    private int _count;

    /// <summary>Takes the next word; the shingle that it ends, when there are enough.</summary>
    public ulong? Next(ReadOnlySpan<char> word)
    {
        var hash = 0UL;
        foreach (var c in word)
        {
            hash = (hash * @base) + char.ToLowerInvariant(c);
        }

        var shingle = (((((_first * @base) + _second) * @base) + _third) * @base) + (hash ^ (hash >> 29));
        (_first, _second, _third) = (_second, _third, hash ^ (hash >> 29));
        return ++_count >= PromptShingles.Words ? shingle : null;
    }
}
