using System.Collections.Immutable;
using System.Text;

namespace Bartizan.Core.Conditions;

/// <summary>The type of an attribute, with what is known about its values: a literal outside of them is a mistake.</summary>
public sealed record ConditionType
{
    private readonly ImmutableArray<byte[]> _utf8 = [];

    private ConditionType(ValueKind kind, params ReadOnlySpan<string> words)
    {
        Kind = kind;
        Words = [.. words];
        _utf8 = [.. Words.Select(Encoding.UTF8.GetBytes)];
    }

    /// <summary>Known only when the action is.</summary>
    public static ConditionType Dynamic { get; } = new(ValueKind.Dynamic);

    /// <summary><c>null</c>.</summary>
    public static ConditionType Null { get; } = new(ValueKind.Null);

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static ConditionType Bool { get; } = new(ValueKind.Bool);

    /// <summary>Any whole number.</summary>
    public static ConditionType Int { get; } = new(ValueKind.Int);

    /// <summary>Any number.</summary>
    public static ConditionType Double { get; } = new(ValueKind.Double);

    /// <summary>Any text.</summary>
    public static ConditionType String { get; } = new(ValueKind.String);

    /// <summary>A day as <c>yyyy-MM-dd</c>, which text orders as the calendar does.</summary>
    public static ConditionType Date { get; } = new(ValueKind.String) { IsDate = true };

    /// <summary>The kind of its values.</summary>
    public ValueKind Kind { get; }

    /// <summary>The only texts it can be; empty when it can be any. Of a list: of its items.</summary>
    public ImmutableArray<string> Words { get; } = [];

    /// <summary>The least whole number it can be.</summary>
    public long Least { get; private init; } = long.MinValue;

    /// <summary>The greatest whole number it can be.</summary>
    public long Greatest { get; private init; } = long.MaxValue;

    /// <summary>True for a day.</summary>
    public bool IsDate { get; private init; }

    /// <summary>The type of a list's items; null for anything else.</summary>
    public ConditionType? Item { get; private init; }

    /// <summary>A text that is one of <paramref name="words"/>; it has no order.</summary>
    public static ConditionType OneOf(params ReadOnlySpan<string> words) => new(ValueKind.String, words);

    /// <summary>A whole number within bounds, both included.</summary>
    public static ConditionType Between(long least, long greatest) =>
        new(ValueKind.Int) { Least = least, Greatest = greatest };

    /// <summary>A list.</summary>
    public static ConditionType ListOf(ConditionType item) => new(ValueKind.List) { Item = item };

    /// <summary>
    /// True for a value of this type. INVARIANT: an attribute with any other value is unknown, so that whoever reasons about
    /// the type (the checker, the narrowing proof) reasons about every value.
    /// </summary>
    internal bool Holds(in Operand operand) =>
        Kind switch
        {
            ValueKind.Dynamic => true,
            ValueKind.Bool => operand.Kind == OperandKind.Bool,
            ValueKind.Int => operand.Kind == OperandKind.Int && operand.Whole >= Least && operand.Whole <= Greatest,
            ValueKind.Double => operand.Kind == OperandKind.Double,
            ValueKind.String when IsDate => operand.Kind == OperandKind.Text && IsDay(operand.Text),
            ValueKind.String => operand.Kind == OperandKind.Text && (_utf8.IsEmpty || IsWord(operand.Text)),
            ValueKind.List => operand.Kind == OperandKind.Items && HoldsItems(operand.Items!),
            _ => false,
        };

    private bool HoldsItems(AttributeValue list)
    {
        foreach (var item in list.Items.AsSpan())
        {
            if (!Item!.Holds(Operand.Of(item)))
            {
                return false;
            }
        }

        return true;
    }

    // The shape is enough: it is what makes text and calendar order alike.
    private static bool IsDay(ReadOnlySpan<byte> text) =>
        text.Length == "yyyy-MM-dd".Length
        && text[4] == '-'
        && text[7] == '-'
        && !text[..4].ContainsAnyExceptInRange((byte)'0', (byte)'9')
        && !text[5..7].ContainsAnyExceptInRange((byte)'0', (byte)'9')
        && !text[8..].ContainsAnyExceptInRange((byte)'0', (byte)'9');

    private bool IsWord(ReadOnlySpan<byte> text)
    {
        foreach (var word in _utf8)
        {
            if (text.SequenceEqual(word))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The type as CEL writes it.</summary>
    public override string ToString() =>
        Kind switch
        {
            ValueKind.Dynamic => "any",
            ValueKind.List => $"list of {Item}",
            ValueKind.String when IsDate => "date",
            _ => Kind.ToString().ToLowerInvariant(),
        };
}
