namespace Bartizan.Core.Conditions;

/// <summary>The attributes that are known of an agent, a user, a resource or an environment. What isn't here is unknown.</summary>
public sealed class AttributeSet
{
    // Few enough that looking through them is faster than hashing; sorted, so that many are found by halves.
    private readonly string[] _names;
    private readonly AttributeValue[] _values;

    private AttributeSet(SortedDictionary<string, AttributeValue> values)
    {
        _names = [.. values.Keys];
        _values = [.. values.Values];
    }

    /// <summary>Nothing is known.</summary>
    public static AttributeSet Empty { get; } = Of();

    /// <summary>The attributes of these names.</summary>
    /// <exception cref="ArgumentException">When a name is given twice.</exception>
    public static AttributeSet Of(params IEnumerable<KeyValuePair<string, AttributeValue>> values)
    {
        var sorted = new SortedDictionary<string, AttributeValue>(StringComparer.Ordinal);
        foreach (var (name, value) in values)
        {
            sorted.Add(name, value);
        }

        return new AttributeSet(sorted);
    }

    /// <summary>The value of an attribute, or null when it isn't known.</summary>
    public AttributeValue? Find(string name)
    {
        const int Few = 8;
        if (_names.Length > Few)
        {
            var at = Array.BinarySearch(_names, name, StringComparer.Ordinal);
            return at < 0 ? null : _values[at];
        }

        for (var i = 0; i < _names.Length; i++)
        {
            if (string.Equals(_names[i], name, StringComparison.Ordinal))
            {
                return _values[i];
            }
        }

        return null;
    }
}
