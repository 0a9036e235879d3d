using System.Text.Json;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Conditions;

/// <summary>The value of a term while one comparison looks at it; lives on the stack.</summary>
internal ref struct Operand
{
    public OperandKind Kind;

    /// <summary>A whole number, 1 for true, the bits of a double, or labels.</summary>
    public long Whole;

    /// <summary>Well-formed UTF-8 without escapes.</summary>
    public ReadOnlySpan<byte> Text;

    /// <summary>A list: one of the two that follow.</summary>
    public JsonElement Json;
    public AttributeValue? Items;

    public readonly double Real => BitConverter.Int64BitsToDouble(Whole);

    public readonly Labels Labels => (Labels)Whole;

    public static Operand Of(double value) => Of(OperandKind.Double, BitConverter.DoubleToInt64Bits(value));

    public static Operand Of(OperandKind kind, long whole = 0) => new() { Kind = kind, Whole = whole };

    public static Operand Of(bool? value) => value is { } known ? Of(OperandKind.Bool, known ? 1 : 0) : default;

    public static Operand Of(long? value) => value is { } known ? Of(OperandKind.Int, known) : default;

    public static Operand OfText(ReadOnlySpan<byte> utf8) => new() { Kind = OperandKind.Text, Text = utf8 };

    public static Operand Of(AttributeValue? value) =>
        value?.Kind switch
        {
            ValueKind.Null => Of(OperandKind.Null),
            ValueKind.Bool => Of(OperandKind.Bool, value.Whole),
            ValueKind.Int => Of(OperandKind.Int, value.Whole),
            ValueKind.Double => Of(value.Real),
            ValueKind.String => OfText(value.Utf8),
            ValueKind.List => new Operand { Kind = OperandKind.Items, Items = value },
            _ => default,
        };
}
