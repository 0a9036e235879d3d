using System.Numerics;

namespace Bartizan.Core.Policies;

/// <summary>Goes through the rules of a set in the order of the file.</summary>
internal ref struct Candidates
{
    /// <summary>Words of a set that is kept on the stack: 8 KiB, 65,536 rules of a verb in a layer. A larger one is allocated.</summary>
    public const int MaxOnStack = 1024;

    private readonly ReadOnlySpan<CompiledRule> _rules;
    private readonly ReadOnlySpan<ulong> _set;
    private readonly bool _all;
    private ulong _bits;
    private int _word;
    private int _at;

    /// <summary>The rules of a set.</summary>
    public Candidates(ReadOnlySpan<CompiledRule> rules, ReadOnlySpan<ulong> set)
    {
        _rules = rules;
        _set = set;
        _word = -1;
    }

    /// <summary>All rules.</summary>
    public Candidates(ReadOnlySpan<CompiledRule> rules)
    {
        _rules = rules;
        _all = true;
        _at = -1;
    }

    /// <summary>The rule it stands at.</summary>
    public readonly CompiledRule Current => _rules[_at];

    /// <summary>For <c>foreach</c>.</summary>
    public readonly Candidates GetEnumerator() => this;

    /// <summary>Goes to the next rule.</summary>
    public bool MoveNext()
    {
        if (_all)
        {
            return ++_at < _rules.Length;
        }

        if (_bits == 0)
        {
            var next = _set[(_word + 1)..].IndexOfAnyExcept(0UL);
            if (next < 0)
            {
                return false;
            }

            _word += next + 1;
            _bits = _set[_word];
        }

        _at = (_word << 6) + BitOperations.TrailingZeroCount(_bits);
        _bits &= _bits - 1;
        return true;
    }
}
