using System.Collections.Immutable;

namespace Bartizan.Records.Export.Formats.Otlp;

/// <summary>Attributes in the order in which they were added; what is empty is left out.</summary>
internal sealed class OtlpAttributes
{
    private readonly List<KeyValuePair<string, OtlpValue>> _all = [];

    /// <summary>All of them.</summary>
    public IReadOnlyList<KeyValuePair<string, OtlpValue>> All => _all;

    public OtlpAttributes Add(string name, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            _all.Add(new(name, new OtlpValue.Text(text)));
        }

        return this;
    }

    public OtlpAttributes Add(string name, long? number)
    {
        if (number is { } value)
        {
            _all.Add(new(name, new OtlpValue.Whole(value)));
        }

        return this;
    }

    public OtlpAttributes Add(string name, bool truth)
    {
        _all.Add(new(name, new OtlpValue.Truth(truth)));
        return this;
    }

    public OtlpAttributes Add(string name, ImmutableArray<string> texts)
    {
        if (!texts.IsDefaultOrEmpty)
        {
            _all.Add(new(name, new OtlpValue.Texts(texts)));
        }

        return this;
    }
}
