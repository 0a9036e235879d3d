using System.Collections.Immutable;

namespace Bartizan.Records.Export.Formats.Otlp;

/// <summary>A value of an attribute: text, a number, or a list of texts.</summary>
internal abstract record OtlpValue
{
    /// <summary>A text.</summary>
    internal sealed record Text(string Value) : OtlpValue;

    /// <summary>A whole number.</summary>
    internal sealed record Whole(long Value) : OtlpValue;

    /// <summary>Yes or no.</summary>
    internal sealed record Truth(bool Value) : OtlpValue;

    /// <summary>A list of texts.</summary>
    internal sealed record Texts(ImmutableArray<string> Values) : OtlpValue;
}
