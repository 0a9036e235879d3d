using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>Tunnels: host and port.</summary>
internal sealed class ConnectSpace : VerbSpace
{
    private static readonly int[] _usual = [443, 80];

    private readonly HostDimension _hosts = new();
    private readonly ValueDimension<int> _ports = Ports();

    /// <inheritdoc/>
    public override ImmutableArray<int> Atoms => [_hosts.Count, _ports.Count];

    /// <summary>A dimension of ports.</summary>
    public static ValueDimension<int> Ports()
    {
        const int Largest = 65_535;
        return new(_usual.Concat(Enumerable.Range(1, Largest)));
    }

    /// <inheritdoc/>
    public override void Name(string name, TargetPattern pattern)
    {
        var connect = (ConnectPattern)pattern;
        _hosts.Name(connect.Host);
        _ports.Name(connect.Port ?? 0, connect.Port is null);
    }

    /// <inheritdoc/>
    public override void Build(Effort effort)
    {
        _hosts.Build(effort);
        _ports.Build();
    }

    /// <inheritdoc/>
    public override IEnumerable<ImmutableArray<AtomSet>> BoxesOf(string name, TargetPattern pattern, bool takes)
    {
        var connect = (ConnectPattern)pattern;
        return
        [
            [_hosts.SetOf(connect.Host), _ports.SetOf(connect.Port ?? 0, connect.Port is null)],
        ];
    }

    /// <inheritdoc/>
    public override ActionTarget? TargetOf(ReadOnlySpan<int> atoms) =>
        _hosts.HostOf(atoms[0]) is { } host ? new ConnectTarget(host, _ports[atoms[1]]) : null;
}
