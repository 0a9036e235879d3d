using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>The values that an argument may have. Text is told from numbers: a value of a kind that none of them has is unknown.</summary>
internal sealed class ArgumentChoice
{
    private readonly ImmutableArray<string> _texts;
    private readonly ImmutableArray<decimal> _numbers;
    private readonly ImmutableArray<bool> _flags;

    /// <summary>Takes the values; none is no demand.</summary>
    public ArgumentChoice(ImmutableArray<ArgumentValue> values)
    {
        IsEmpty = values.IsEmpty;
        _flags = [.. values.Where(IsFlag).Select(v => v.Text == "true")];
        _numbers = [.. values.Where(v => !IsFlag(v)).Select(NumberOf).OfType<decimal>()];
        _texts = [.. values.Where(v => !IsFlag(v) && NumberOf(v) is null).Select(v => v.Text)];
    }

    /// <summary>True when anything goes.</summary>
    public bool IsEmpty { get; }

    /// <summary>The values as JSON.</summary>
    public IEnumerable<JsonElement> Elements =>
        [
            .. _texts.Select(text => JsonSerializer.SerializeToElement(text)),
            .. _numbers.Select(number => JsonSerializer.SerializeToElement(number)),
            .. _flags.Select(flag => JsonSerializer.SerializeToElement(flag)),
        ];

    /// <summary>Whether a text is one of them.</summary>
    public Truth Holds(ReadOnlySpan<char> value)
    {
        foreach (var text in _texts)
        {
            if (value.SequenceEqual(text))
            {
                return Truth.True;
            }
        }

        return IsEmpty ? Truth.True : NoneOf(_texts.Length);
    }

    /// <summary>Whether a value that is no text is one of them.</summary>
    public Truth Holds(JsonElement value) =>
        IsEmpty
            ? Truth.True
            : value.ValueKind switch
            {
                JsonValueKind.Number when value.TryGetDecimal(out var number) => _numbers.Contains(number)
                    ? Truth.True
                    : NoneOf(_numbers.Length),
                JsonValueKind.True or JsonValueKind.False => _flags.Contains(value.GetBoolean())
                    ? Truth.True
                    : NoneOf(_flags.Length),
                _ => Truth.Unknown,
            };

    private static Truth NoneOf(int alike) => alike > 0 ? Truth.False : Truth.Unknown;

    private static bool IsFlag(ArgumentValue value) => value is { Plain: true, Text: "true" or "false" };

    private static decimal? NumberOf(ArgumentValue value) =>
        value.Plain && decimal.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
