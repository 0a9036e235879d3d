using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// All that is asked of one argument, and from it the values that tell the questions apart: a value for each combination of answers
/// that some value has. They are written as JSON and judged by what judges a call, so that nothing is said twice.
/// </summary>
internal sealed class ArgumentTests
{
    /// <summary>Literals that are looked for in one list: each set of them is a list to try.</summary>
    private const int MaxSought = 4;

    /// <summary>Numbers beyond are left to the predicate: doubles and decimals round differently there.</summary>
    private const decimal Greatest = 1_000_000_000_000_000m;

    private const decimal Least = 0.000_001m;

    // Numbers that only one of the two readers can read, or that both round: a whole number beyond 64 bits, a fraction
    // that is zero to one of them, one that is no double.
    private static readonly string[] _strange =
    [
        "-100000000000000000000",
        "1e30",
        "-1e30",
        "1e-40",
        "-1e-40",
        "1e-400",
        "0",
        "-1",
        "0.5",
    ];

    private static readonly string[] _always = ["1", "100000000000000000000", "1e400"];

    private readonly TextTests _texts = new();
    private readonly SortedSet<decimal> _numbers = [];
    private readonly SortedSet<string> _sought = new(StringComparer.Ordinal);
    private bool _hasText;

    /// <summary>Takes a comparison of a condition that reads this argument and nothing else; false when it can't be cut.</summary>
    public bool TryAdd(Formula leaf) =>
        leaf switch
        {
            Formula.Presence => true,
            Formula.Flag { Value: Term.Attribute } => true,
            Formula.Comparison { Left: Term.Attribute, Right: Term.Literal { Value: var one } } c => TryAdd(
                one,
                c.Comparator
            ),
            Formula.Comparison
            {
                Left: Term.Size { Operand: Term.Attribute },
                Right: Term.Literal { Value: var one }
            } => TrySize(one),
            Formula.Membership { Item: Term.Attribute, List: Term.Literal { Value: var list } } => list.Items.All(v =>
                TryAdd(v, Comparator.Equal)
            ),
            Formula.Membership
            {
                Item: Term.Size { Operand: Term.Attribute },
                List: Term.Literal { Value: var list }
            } => list.Items.All(TrySize),
            Formula.Membership { Item: Term.Literal { Value: var item }, List: Term.Attribute } => TrySeek(item),
            Formula.TextTest { Text: Term.Attribute, Piece: Term.Literal { Value: var piece } } t => TryPiece(
                t.Kind,
                piece
            ),
            _ => false,
        };

    /// <summary>
    /// Takes one demand of a rule's <c>args</c>, of values, numbers, texts by a pattern or lengths; false when it can't be cut.
    /// </summary>
    public bool TryAdd(ArgumentRule demand)
    {
        var good = demand.In.All(TryValue);
        foreach (var bound in new[] { demand.Least, demand.Most })
        {
            good &= bound is not { } number || TryNumber(number);
        }

        if (demand.Glob is { } glob)
        {
            _hasText = true;
            good &= Alternation.TryExpand(glob, out var globs, out _) && globs.All(g => _texts.TryGlob(WordGlob.Of(g)));
        }

        if (demand.MaxLength is { } most)
        {
            _hasText = true;
            good &= _texts.TryUnits(most);
        }

        return good;
    }

    /// <summary>A text that is longer than any that patterns look at.</summary>
    public static string LongText { get; } = JsonSerializer.Serialize(new string('x', WordGlob.MaxText + 904));

    /// <summary>A list that is longer than any that conditions look through.</summary>
    public static string LongList { get; } = ListOf(Enumerable.Repeat("0", Evaluator.MaxItems + 1));

    /// <summary>True when something is asked of texts.</summary>
    public bool HasText => _hasText;

    /// <summary>The texts, without the long ones; null when they are too many.</summary>
    public List<string>? Texts(Effort effort) =>
        _hasText ? _texts.Explore(effort)?.ConvertAll(t => JsonSerializer.Serialize(t)) : ["\"x\""];

    /// <summary>True for a text, as JSON, that some question names as a whole.</summary>
    public bool IsNamed(string json) => _texts.IsNamed(JsonSerializer.Deserialize<string>(json)!);

    /// <summary>The numbers.</summary>
    public IEnumerable<string> Numbers()
    {
        var all = new List<string>();
        decimal? last = null;
        foreach (var number in _numbers)
        {
            all.Add(Written(number));
            if (last is { } before)
            {
                all.Add(Written((before + number) / 2));
            }

            all.AddRange(Around(number));
            last = number;
        }

        return all.Concat(_always).Concat(_numbers.Count > 0 ? _strange : []).Distinct(StringComparer.Ordinal);
    }

    /// <summary>What is neither text nor number.</summary>
    public IEnumerable<string> Others()
    {
        // Where nothing is asked of lists they are all alike.
        var asksLists = _sought.Count > 0 || _texts.Lengths.Any();
        IEnumerable<string> lists = asksLists ? [.. ListsOf(), LongList] : ["[]"];
        IEnumerable<string> all = ["true", "false", .. lists, "{}", "null", "\"\\ud800\""];
        return all.Distinct(StringComparer.Ordinal);
    }

    // Each set of what is sought, and beside it what is none of it and what can't be compared with it; each list as
    // long as a length that is compared with, and one longer.
    private IEnumerable<string> ListsOf()
    {
        string[] none = _sought.Any(s => s[0] != '"') ? ["0.123456789", "true", "false"] : [];
        ImmutableArray<string> items = [.. _sought, "\"none of them\"", "[]", .. none.Except(_sought)];
        var lengths = _texts.Lengths.SelectMany(n => new[] { n - 1, n, n + 1 }).Where(n => n >= 0).Distinct().ToList();
        for (var set = 0; set < 1 << items.Length; set++)
        {
            var members = items.Where((_, i) => (set >> i & 1) != 0).ToList();
            yield return ListOf(members);
            foreach (var length in lengths.Where(n => members.Count > 0 && n > members.Count))
            {
                yield return ListOf(Enumerable.Range(0, length).Select(i => members[i % members.Count]));
            }
        }
    }

    private static string ListOf(IEnumerable<string> items) => $"[{string.Join(',', items)}]";

    private bool TryAdd(AttributeValue value, Comparator comparator)
    {
        switch (value.Kind)
        {
            case ValueKind.Null:
            case ValueKind.Bool:
                return true;
            case ValueKind.Int:
                return TryNumber(value.Whole);
            case ValueKind.Double:
                return decimal.TryParse(
                        value.Real.ToString("R", CultureInfo.InvariantCulture),
                        NumberStyles.Float,
                        CultureInfo.InvariantCulture,
                        out var real
                    ) && TryNumber(real);
            case ValueKind.String:
                _hasText = true;
                if (comparator is Comparator.Equal or Comparator.NotEqual)
                {
                    _texts.Equal(value.Text);
                }
                else
                {
                    _texts.Order(value.Text);
                }

                return true;
            default:
                return false;
        }
    }

    private bool TryValue(ArgumentValue value)
    {
        if (value.Plain && value.Text is "true" or "false")
        {
            return true;
        }

        if (
            value.Plain
            && decimal.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        )
        {
            return TryNumber(number);
        }

        _hasText = true;
        _texts.Equal(value.Text);
        return true;
    }

    private bool TryNumber(decimal number)
    {
        const int Digits = 20;
        var size = Math.Abs(number);
        return (size == 0 || (size >= Least && size <= Greatest))
            && Written(number).Length <= Digits
            && (_numbers.Add(number) || true);
    }

    private bool TrySize(AttributeValue value)
    {
        _hasText = true;
        return value.Kind == ValueKind.Int && _texts.TryRunes(value.Whole);
    }

    private bool TrySeek(AttributeValue item)
    {
        if (item.Kind is not (ValueKind.String or ValueKind.Int or ValueKind.Bool))
        {
            return false;
        }

        var json = item.Kind == ValueKind.String ? JsonSerializer.Serialize(item.Text) : item.ToString();
        return _sought.Contains(json) || (_sought.Count < MaxSought && _sought.Add(json));
    }

    private bool TryPiece(TextTestKind kind, AttributeValue piece)
    {
        if (piece.Kind != ValueKind.String)
        {
            return false;
        }

        _hasText = true;
        Action<string> add = kind switch
        {
            TextTestKind.StartsWith => _texts.Starts,
            TextTestKind.EndsWith => _texts.Ends,
            _ => _texts.Holds,
        };
        add(piece.Text);
        return true;
    }

    // The next whole numbers, the same with a fraction, the next doubles, and what is nearer than a double can tell.
    private static IEnumerable<string> Around(decimal number)
    {
        var floor = decimal.Floor(number);
        foreach (var whole in new[] { floor - 1, floor, floor + 1, floor + 2 })
        {
            yield return Written(whole);
        }

        var real = (double)number;
        yield return AttributeValue.Of(real).ToString();
        yield return AttributeValue.Of(Math.BitIncrement(real)).ToString();
        yield return AttributeValue.Of(Math.BitDecrement(real)).ToString();
        var size = number == 0 ? 1 : Math.Abs(number);
        var tiny = size * 0.000_000_000_000_000_000_01m;
        yield return Written(number + tiny);
        yield return Written(number - tiny);
    }

    private static string Written(decimal number) =>
        number.ToString("0.############################", CultureInfo.InvariantCulture);
}
