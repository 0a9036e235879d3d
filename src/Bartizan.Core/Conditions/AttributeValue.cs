using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Bartizan.Core.Conditions;

/// <summary>A value of an attribute or a literal; immutable, text kept as UTF-8 so that comparing needs no conversion.</summary>
public sealed class AttributeValue
{
    private static readonly UTF8Encoding _strict = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    private readonly byte[] _utf8 = [];

    private AttributeValue(ValueKind kind) => Kind = kind;

    private AttributeValue(byte[] utf8)
        : this(ValueKind.String) => _utf8 = utf8;

    /// <summary><c>null</c>.</summary>
    public static AttributeValue Null { get; } = new(ValueKind.Null);

    /// <summary><c>true</c>.</summary>
    public static AttributeValue True { get; } = new(ValueKind.Bool) { Whole = 1 };

    /// <summary><c>false</c>.</summary>
    public static AttributeValue False { get; } = new(ValueKind.Bool);

    /// <summary>What it is; never <see cref="ValueKind.Dynamic"/>.</summary>
    public ValueKind Kind { get; }

    /// <summary>The whole number; of a truth value, 1 for true.</summary>
    public long Whole { get; private init; }

    /// <summary>The number with a fraction.</summary>
    public double Real { get; private init; }

    /// <summary>The items of a list.</summary>
    public ImmutableArray<AttributeValue> Items { get; private init; } = [];

    /// <summary>The text.</summary>
    public string Text => Encoding.UTF8.GetString(_utf8);

    /// <summary>The text as UTF-8.</summary>
    public ReadOnlySpan<byte> Utf8 => _utf8;

    /// <summary>A truth value.</summary>
    public static AttributeValue Of(bool value) => value ? True : False;

    /// <summary>A whole number.</summary>
    public static AttributeValue Of(long value) => new(ValueKind.Int) { Whole = value };

    /// <summary>A number.</summary>
    /// <exception cref="ArgumentException">When it is NaN or infinite.</exception>
    public static AttributeValue Of(double value) =>
        double.IsFinite(value)
            ? new AttributeValue(ValueKind.Double) { Real = value }
            : throw new ArgumentException("an attribute is a finite number", nameof(value));

    /// <summary>A text.</summary>
    /// <exception cref="EncoderFallbackException">When it holds half a surrogate pair.</exception>
    public static AttributeValue Of(string value) => new(_strict.GetBytes(value));

    /// <summary>A text, given as UTF-8.</summary>
    /// <exception cref="ArgumentException">When it is not well-formed UTF-8.</exception>
    public static AttributeValue OfUtf8(ReadOnlySpan<byte> value) =>
        System.Text.Unicode.Utf8.IsValid(value)
            ? new AttributeValue(value.ToArray())
            : throw new ArgumentException("a text is well-formed UTF-8", nameof(value));

    /// <summary>A list.</summary>
    public static AttributeValue List(params ReadOnlySpan<AttributeValue> items) =>
        new(ValueKind.List) { Items = [.. items] };

    /// <summary>A list of texts.</summary>
    public static AttributeValue ListOf(params IEnumerable<string> items) =>
        new(ValueKind.List) { Items = [.. items.Select(Of)] };

    /// <summary>The value as a literal of CEL.</summary>
    public override string ToString() =>
        Kind switch
        {
            ValueKind.Null => "null",
            ValueKind.Bool => Whole == 0 ? "false" : "true",
            ValueKind.Int => Whole.ToString(CultureInfo.InvariantCulture),
            ValueKind.Double => DoubleText(Real),
            ValueKind.String => StringLiteral.Write(Text),
            _ => $"[{string.Join(", ", Items)}]",
        };

    // The shortest text that reads back as the same number, and that CEL reads as a double.
    private static string DoubleText(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0";
    }
}
