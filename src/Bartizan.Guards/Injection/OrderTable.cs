using System.Collections.Frozen;

namespace Bartizan.Guards.Injection;

/// <summary>Rules of orders, laid out for one reading of a text.</summary>
internal sealed class OrderTable
{
    private const int SieveBits = 10;

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

    // Which first letters and lengths the words of rules have: most words of a text are looked up no further.
    private readonly ulong[] _sieve = new ulong[1 << SieveBits];

    /// <summary>Lays rules out.</summary>
    public OrderTable(IReadOnlyList<OrderRule> rules)
    {
        Rules = [.. rules];
        Gaps = [.. rules.SelectMany(rule => Enumerable.Repeat((byte)rule.Gap, OrderRules.MaxSteps))];
        Widest = rules.Count == 0 ? 0 : rules.Max(rule => rule.Gap);
        var steps = Read(rules);
        Steps = steps.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var word in steps.Keys)
        {
            var place = PlaceOf(word);
            _sieve[place >> 6] |= 1UL << (place & 63);
        }
    }

    /// <summary>The rules.</summary>
    public OrderRule[] Rules { get; }

    /// <summary>For each word the steps that it meets, as the rule's number times <see cref="OrderRules.MaxSteps"/> and the step's.</summary>
    public FrozenDictionary<string, ushort[]>.AlternateLookup<ReadOnlySpan<char>> Steps { get; }

    /// <summary>For each state the gap that its rule allows.</summary>
    public byte[] Gaps { get; }

    /// <summary>The widest gap of all.</summary>
    public int Widest { get; }

    /// <summary>False for a word that no rule has; true for most of those that one has not, too, but of few texts.</summary>
    public bool MayKnow(ReadOnlySpan<char> word)
    {
        var place = PlaceOf(word);
        return (_sieve[place >> 6] & (1UL << (place & 63))) != 0;
    }

    // Three letters, whatever their case, and the length. Letters beyond ASCII share a place.
    private static int PlaceOf(ReadOnlySpan<char> word)
    {
        var place = word.Length;
        for (var at = 0; at < 3 && at < word.Length; at++)
        {
            place = (place * 29) + (word[at] < 128 ? word[at] & 0x1F : 31);
        }

        return place & ((64 << SieveBits) - 1);
    }

    private static FrozenDictionary<string, ushort[]> Read(IReadOnlyList<OrderRule> rules)
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
        return steps.ToFrozenDictionary(
            pair => pair.Key,
            pair => pair.Value.Reverse().ToArray(),
            StringComparer.OrdinalIgnoreCase
        );
    }
}
