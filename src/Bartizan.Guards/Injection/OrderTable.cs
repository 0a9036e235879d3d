using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Injection;

/// <summary>Rules of orders, laid out for one reading of a text.</summary>
internal sealed class OrderTable
{
    private const int Bits = 15;

    private static readonly string[] _endings =
    [
        "",
        "s",
        "es",
        "ed",
        "d",
        "ing",
        "e",
        "en",
        "n",
        "y",
        "ies",
        "er",
        "a",
        "o",
        "as",
        "os",
        "es",
        "re",
        "te",
        "ion",
        "ions",
        "ии",
        "ия",
        "ию",
        "ие",
        "ые",
        "уй",
        "уйте",
        "ь",
        "ьте",
    ];

    // By first letters and length: the first word of rules that has them, and for each word the next. Most words of a text have those of
    // none.
    private readonly int[] _first = new int[1 << Bits];
    private readonly (string Word, ushort[] Steps, int Next)[] _words;

    // Those of ASCII are found quicker, and of each word's steps those that begin a rule stand apart: mostly no other can be met.
    private readonly WordTable _table;
    private readonly ushort[][] _begins;

    // A bit for each letter that is a word by itself.
    private readonly uint _letters;

    /// <summary>Lays rules out.</summary>
    public OrderTable(IReadOnlyList<OrderRule> rules)
    {
        Rules = [.. rules];
        Gaps = [.. rules.SelectMany(rule => Enumerable.Repeat((byte)rule.Gap, OrderRules.MaxSteps))];
        Widest = rules.Count == 0 ? 0 : rules.Max(rule => rule.Gap);
        var steps = Read(rules);
        _words = new (string, ushort[], int)[steps.Count + 1];
        _words[0] = ("", [], 0);
        var count = 0;
        foreach (var (word, met) in steps)
        {
            ref var first = ref _first[PlaceOf(word)];
            _words[++count] = (word, met, first);
            first = count;
        }

        _table = new WordTable(_words.Select((word, number) => (word.Word, number)));
        foreach (var (word, _, _) in _words.Where(word => word.Word.Length == 1))
        {
            _letters |= 1U << (word[0] & 0x1F);
        }

        _begins = [.. _words.Select(word => word.Steps.Where(IsFirst).ToArray())];
    }

    /// <summary>The rules.</summary>
    public OrderRule[] Rules { get; }

    /// <summary>For each state the gap that its rule allows.</summary>
    public byte[] Gaps { get; }

    /// <summary>The widest gap of all.</summary>
    public int Widest { get; }

    /// <summary>True for the first step of a rule.</summary>
    public static bool IsFirst(ushort state) => (state & (OrderRules.MaxSteps - 1)) == 0;

    /// <summary>The number of a word of ASCII; 0 for one that meets no step, as most do.</summary>
    public int NumberOf(ReadOnlySpan<char> text, int at, int length) =>
        length == 1 && (_letters & (1U << (text[at] & 0x1F))) == 0 ? 0 : _table.NumberOf(text, at, length);

    /// <summary>The same for any word.</summary>
    public int NumberOf(ReadOnlySpan<char> word)
    {
        var at = _first[PlaceOf(word)];
        while (at != 0 && !word.Equals(_words[at].Word, StringComparison.OrdinalIgnoreCase))
        {
            at = _words[at].Next;
        }

        return at;
    }

    /// <summary>
    /// The steps that a word meets, as the rule's number times <see cref="OrderRules.MaxSteps"/> and the step's.
    /// </summary>
    public ReadOnlySpan<ushort> StepsOf(int number) => _words[number].Steps;

    /// <summary>Of those, the ones that begin a rule.</summary>
    public ReadOnlySpan<ushort> BeginsOf(int number) => _begins[number];

    // Three letters and the last, whatever their case, and the length. Letters beyond ASCII share a place.
    private static int PlaceOf(ReadOnlySpan<char> word)
    {
        var place = (word.Length * 29) + (word.IsEmpty ? 0 : CodeOf(word[^1]));
        for (var at = 0; at < 3 && at < word.Length; at++)
        {
            place = (place * 29) + CodeOf(word[at]);
        }

        return place & ((1 << Bits) - 1);
    }

    private static int CodeOf(char letter) => letter < 128 ? letter & 0x1F : 31;

    private static Dictionary<string, ushort[]> Read(IReadOnlyList<OrderRule> rules)
    {
        var steps = new Dictionary<string, SortedSet<ushort>>(StringComparer.OrdinalIgnoreCase);
        for (var rule = 0; rule < rules.Count; rule++)
        {
            for (var step = 0; step < rules[rule].Steps.Length; step++)
            {
                foreach (var word in rules[rule].Steps[step].Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    foreach (var ending in word.EndsWith('*') ? _endings : [""])
                    {
                        var one = word.TrimEnd('*') + ending;
                        if (!steps.TryGetValue(one, out var met))
                        {
                            steps[one] = met = [];
                        }

                        met.Add((ushort)((rule * OrderRules.MaxSteps) + step));
                    }
                }
            }
        }

        // The last steps first: a word must not meet two steps of one rule at once.
        return steps.ToDictionary(
            pair => pair.Key,
            pair => pair.Value.Reverse().ToArray(),
            StringComparer.OrdinalIgnoreCase
        );
    }
}
