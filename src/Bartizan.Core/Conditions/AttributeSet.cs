using System.Collections.Frozen;

namespace Bartizan.Core.Conditions;

/// <summary>The attributes that are known of an agent, a user, a resource or an environment. What isn't here is unknown.</summary>
public sealed class AttributeSet
{
    private readonly FrozenDictionary<string, AttributeValue> _values;

    private AttributeSet(FrozenDictionary<string, AttributeValue> values) => _values = values;

    /// <summary>Nothing is known.</summary>
    public static AttributeSet Empty { get; } = new(FrozenDictionary<string, AttributeValue>.Empty);

    /// <summary>The attributes of these names.</summary>
    /// <exception cref="ArgumentException">When a name is given twice.</exception>
    public static AttributeSet Of(params IEnumerable<KeyValuePair<string, AttributeValue>> values) =>
        new(
            new Dictionary<string, AttributeValue>(values, StringComparer.Ordinal).ToFrozenDictionary(
                StringComparer.Ordinal
            )
        );

    /// <summary>The value of an attribute, or null when it isn't known.</summary>
    public AttributeValue? Find(string name) => _values.GetValueOrDefault(name);
}
