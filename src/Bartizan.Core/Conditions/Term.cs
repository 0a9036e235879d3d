using System.Collections.Immutable;

namespace Bartizan.Core.Conditions;

/// <summary>Something with a value: a literal, an attribute, or the size of a term.</summary>
public abstract record Term
{
    private Term() { }

    /// <summary>Where it begins in the text; 0 in a canonical form.</summary>
    public int Column { get; init; }

    /// <summary>Its type, as far as it is known before the action is.</summary>
    public abstract ConditionType Type { get; }

    /// <summary>A value that is written down.</summary>
    public sealed record Literal(AttributeValue Value) : Term
    {
        /// <inheritdoc/>
        public override ConditionType Type { get; } =
            Value.Kind switch
            {
                ValueKind.Null => ConditionType.Null,
                ValueKind.Bool => ConditionType.Bool,
                ValueKind.Int => ConditionType.Int,
                ValueKind.Double => ConditionType.Double,
                ValueKind.String => ConditionType.String,
                _ => ConditionType.ListOf(ConditionType.Dynamic),
            };
    }

    /// <summary>An attribute: a root and a path below it, of one name for every root but <c>args</c>.</summary>
    public sealed record Attribute(AttributeRoot Root, ImmutableArray<PathStep> Path, ConditionType AttributeType)
        : Term
    {
        /// <inheritdoc/>
        public override ConditionType Type => AttributeType;
    }

    /// <summary>How many characters a text has, or items a list.</summary>
    public sealed record Size(Term Operand) : Term
    {
        /// <inheritdoc/>
        public override ConditionType Type { get; } = ConditionType.Between(0, long.MaxValue);
    }

    /// <summary>The term in CEL.</summary>
    public sealed override string ToString() => ConditionText.Of(this);
}
