using System.Numerics;

namespace Bartizan.Core.Narrowing;

/// <summary>A set of a dimension's atoms. Immutable; sets of one dimension have one length.</summary>
internal sealed class AtomSet
{
    private const int Bits = 64;

    private readonly ulong[] _words;

    private AtomSet(int length, ulong[] words)
    {
        Length = length;
        _words = words;
    }

    /// <summary>The number of atoms of the dimension.</summary>
    public int Length { get; }

    /// <summary>True when no atom is in it.</summary>
    public bool IsEmpty => _words.AsSpan().IndexOfAnyExcept(0UL) < 0;

    /// <summary>True when every atom is in it.</summary>
    public bool IsFull => Count == Length;

    /// <summary>How many atoms are in it.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (var word in _words)
            {
                count += BitOperations.PopCount(word);
            }

            return count;
        }
    }

    /// <summary>The atom with the lowest number, or -1.</summary>
    public int First
    {
        get
        {
            var at = _words.AsSpan().IndexOfAnyExcept(0UL);
            return at < 0 ? -1 : (at * Bits) + BitOperations.TrailingZeroCount(_words[at]);
        }
    }

    /// <summary>The atoms that fit.</summary>
    public static AtomSet Of(int length, Func<int, bool> fits)
    {
        var words = new ulong[(length + Bits - 1) / Bits];
        for (var i = 0; i < length; i++)
        {
            words[i / Bits] |= fits(i) ? 1UL << (i % Bits) : 0;
        }

        return new AtomSet(length, words);
    }

    /// <summary>The atoms that are named.</summary>
    public static AtomSet Of(int length, IEnumerable<int> atoms)
    {
        var words = new ulong[(length + Bits - 1) / Bits];
        foreach (var atom in atoms)
        {
            words[atom / Bits] |= 1UL << (atom % Bits);
        }

        return new AtomSet(length, words);
    }

    /// <summary>Every atom.</summary>
    public static AtomSet All(int length) => Of(length, _ => true);

    /// <summary>What is not in it.</summary>
    public AtomSet Complement() => All(Length).Without(this);

    /// <summary>True when the atom is in it.</summary>
    public bool Contains(int atom) => (_words[atom / Bits] >> (atom % Bits) & 1) != 0;

    /// <summary>What is in both.</summary>
    public AtomSet And(AtomSet other)
    {
        var words = new ulong[_words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = _words[i] & other._words[i];
        }

        return new AtomSet(Length, words);
    }

    /// <summary>What is in one of them.</summary>
    public AtomSet Or(AtomSet other)
    {
        var words = new ulong[_words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = _words[i] | other._words[i];
        }

        return new AtomSet(Length, words);
    }

    /// <summary>What is in this one and not in the other.</summary>
    public AtomSet Without(AtomSet other)
    {
        var words = new ulong[_words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = _words[i] & ~other._words[i];
        }

        return new AtomSet(Length, words);
    }

    /// <summary>True when all of it is in the other.</summary>
    public bool IsWithin(AtomSet other)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            if ((_words[i] & ~other._words[i]) != 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>True when an atom is in both.</summary>
    public bool Meets(AtomSet other)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            if ((_words[i] & other._words[i]) != 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The atoms, in order.</summary>
    public IEnumerable<int> Atoms()
    {
        for (var i = 0; i < _words.Length; i++)
        {
            for (var word = _words[i]; word != 0; word &= word - 1)
            {
                yield return (i * Bits) + BitOperations.TrailingZeroCount(word);
            }
        }
    }
}
