using System.Buffers;

namespace Bartizan.Guards.Sensitive;

/// <summary>
/// Words of a text that name a kind of number. Each stretch of the text is searched once at most, and only around numbers that need it.
/// </summary>
internal ref struct NumberNames(ReadOnlySpan<char> text)
{
    /// <summary>Characters before and after a number in which its kind may be named.</summary>
    private const int Before = 48;

    private const int After = 16;

    /// <summary>Places that are kept: the window has fewer.</summary>
    private const int Kept = 256;

    private static readonly (string Word, ulong Kinds)[] _words =
    [
        .. NumberKinds
            .All.SelectMany((kind, at) => kind.Words.Split(' ').Select(word => (Word: word, Bit: 1UL << at)))
            .GroupBy(one => one.Word, StringComparer.Ordinal)
            .Select(one => (one.Key, one.Aggregate(0UL, (all, each) => all | each.Bit))),
    ];

    private static readonly SearchValues<string> _any = SearchValues.Create(
        [.. _words.Select(one => one.Word)],
        StringComparison.OrdinalIgnoreCase
    );

    // By the first letter in either case; what isn't ASCII stands in one place.
    private static readonly (string Word, ulong Kinds)[][] _byFirst =
    [
        .. Enumerable
            .Range(0, 128)
            .Select(c => _words.Where(one => (one.Word[0] > 127 ? 0 : one.Word[0] & 0x5F) == (c & 0x5F)).ToArray()),
    ];

    private readonly ReadOnlySpan<char> _text = text;
    private (int Start, int End, ulong Kinds)[]? _places;
    private int _count;
    private int _searched;

    /// <summary>The kinds that are named around a stretch; stretches come in the order of the text.</summary>
    public ulong Around(int start, int end)
    {
        var from = Math.Max(0, start - Before);
        var to = Math.Min(_text.Length, end + After);
        Search(from, to);
        var kinds = 0UL;
        for (var at = _count - 1; at >= Math.Max(0, _count - Kept); at--)
        {
            ref var place = ref _places![at % Kept];
            if (place.Start < from)
            {
                break;
            }

            kinds |= place.End <= to ? place.Kinds : 0;
        }

        return kinds;
    }

    // A word that reaches beyond the window is found when the window does.
    private void Search(int from, int to)
    {
        _searched = Math.Max(_searched, from);
        while (_searched < to)
        {
            // Words are no longer than what follows a number.
            var window = _text[_searched..Math.Min(_text.Length, to + After)];
            var next = window.IndexOfAny(_any);
            if (next < 0 || _searched + next >= to)
            {
                _searched = to;
                return;
            }

            var at = _searched + next;
            var rest = _text[at..];
            var first = rest[0] < 128 ? rest[0] : '\0';
            foreach (var (word, kinds) in _byFirst[first])
            {
                if (rest.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                {
                    _places ??= new (int, int, ulong)[Kept];
                    _places[_count++ % Kept] = (at, at + word.Length, kinds);
                }
            }

            _searched = at + 1;
        }
    }
}
