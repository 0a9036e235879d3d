namespace Bartizan.Core.Narrowing;

/// <summary>
/// A dimension of values that rules name or leave open: each named value is an atom, and one more stands for all
/// others.
/// </summary>
internal sealed class ValueDimension<T>(IEnumerable<T> others)
    where T : notnull
{
    private readonly List<T> _values = [];

    /// <summary>How many atoms there are.</summary>
    public int Count => _values.Count;

    /// <summary>Names a value; null is every one.</summary>
    public void Name(T? value, bool isEvery)
    {
        if (!isEvery && value is not null && !_values.Contains(value))
        {
            _values.Add(value);
        }
    }

    /// <summary>Makes the atom of the others.</summary>
    public void Build()
    {
        foreach (var other in others.Where(o => !_values.Contains(o)).Take(1).ToList())
        {
            _values.Add(other);
        }
    }

    /// <summary>The value of an atom.</summary>
    public T this[int atom] => _values[atom];

    /// <summary>The atom of a value, or every atom.</summary>
    public AtomSet SetOf(T? value, bool isEvery) =>
        isEvery ? AtomSet.All(Count) : AtomSet.Of(Count, atom => _values[atom].Equals(value));
}
