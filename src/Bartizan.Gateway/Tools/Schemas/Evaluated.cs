namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>
/// The children of one value that some schema has looked at: what <c>unevaluatedItems</c> and <c>unevaluatedProperties</c> leave alone.
/// </summary>
internal sealed class Evaluated
{
    private HashSet<string>? _names;
    private HashSet<int>? _positions;

    public void Add(string name) => (_names ??= new HashSet<string>(StringComparer.Ordinal)).Add(name);

    public void Add(int position) => (_positions ??= []).Add(position);

    public void Add(Evaluated other)
    {
        if (other._names is { } names)
        {
            (_names ??= new HashSet<string>(StringComparer.Ordinal)).UnionWith(names);
        }

        if (other._positions is { } positions)
        {
            (_positions ??= []).UnionWith(positions);
        }
    }

    public bool Has(string name) => _names?.Contains(name) == true;

    public bool Has(int position) => _positions?.Contains(position) == true;
}
