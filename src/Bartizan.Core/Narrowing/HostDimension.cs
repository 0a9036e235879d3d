using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// A dimension of hosts: names by their labels, and addresses, which only rules that write them out or take away
/// every host match.
/// </summary>
internal sealed class HostDimension
{
    // From the block for documentation (RFC 5737): stands for the addresses that no rule names.
    private static readonly IEnumerable<string> _others = Enumerable.Range(1, 254).Select(n => $"192.0.2.{n}");

    private readonly TextDimension _names = new(Symbols.Host);
    private readonly ValueDimension<string> _addresses = new(_others);

    /// <summary>How many atoms there are.</summary>
    public int Count => _names.Count + _addresses.Count;

    /// <summary>Names a pattern.</summary>
    public void Name(HostPattern pattern)
    {
        if (pattern.Exact is { Address: not null } address)
        {
            _addresses.Name(address.Text, isEvery: false);
        }
        else if (pattern.Exact is { } exact && SegmentPattern.TryParse(exact.Text, '.', out var literal, out _))
        {
            _names.Name(pattern.Canonical, literal);
        }
        else if (pattern.Labels is { } labels)
        {
            _names.Name(pattern.Canonical, labels);
        }
    }

    /// <summary>Makes the atoms.</summary>
    public void Build(Effort effort)
    {
        _names.Build(effort);
        _addresses.Build();
    }

    /// <summary>The atoms that a pattern takes.</summary>
    public AtomSet SetOf(HostPattern pattern)
    {
        if (pattern.IsEverything)
        {
            return AtomSet.All(Count);
        }

        if (pattern.Exact is { Address: not null } address)
        {
            return AtomSet.Of(Count, atom => atom >= _names.Count && _addresses[atom - _names.Count] == address.Text);
        }

        var names = _names.SetOf(pattern.Canonical);
        return AtomSet.Of(Count, atom => atom < _names.Count && names.Contains(atom));
    }

    /// <summary>The witness of an atom; null when it is no host after all (a name too long).</summary>
    public HostName? HostOf(int atom) =>
        HostName.TryParse(
            atom < _names.Count ? _names.Atoms.Text(atom) : _addresses[atom - _names.Count],
            out var host,
            out _
        )
            ? host
            : null;
}
