using System.Collections.Immutable;

namespace Bartizan.Core.Conditions;

/// <summary>The type of an attribute, with what is known about its values: a literal outside of them is a mistake.</summary>
public sealed record ConditionType
{
    private ConditionType(ValueKind kind) => Kind = kind;

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
    public ImmutableArray<string> Words { get; private init; } = [];

    /// <summary>The least whole number it can be.</summary>
    public long Least { get; private init; } = long.MinValue;

    /// <summary>The greatest whole number it can be.</summary>
    public long Greatest { get; private init; } = long.MaxValue;

    /// <summary>True for a day.</summary>
    public bool IsDate { get; private init; }

    /// <summary>The type of a list's items; null for anything else.</summary>
    public ConditionType? Item { get; private init; }

    /// <summary>A text that is one of <paramref name="words"/>; it has no order.</summary>
    public static ConditionType OneOf(params ReadOnlySpan<string> words) =>
        new(ValueKind.String) { Words = [.. words] };

    /// <summary>A whole number within bounds, both included.</summary>
    public static ConditionType Between(long least, long greatest) =>
        new(ValueKind.Int) { Least = least, Greatest = greatest };

    /// <summary>A list.</summary>
    public static ConditionType ListOf(ConditionType item) => new(ValueKind.List) { Item = item };

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
