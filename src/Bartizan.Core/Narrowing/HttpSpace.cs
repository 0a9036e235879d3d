using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>Requests: method, scheme, host, port and path.</summary>
internal sealed class HttpSpace : VerbSpace
{
    private static readonly IEnumerable<string> _otherMethods =
    [
        "GET",
        "POST",
        "PUT",
        "DELETE",
        "PATCH",
        .. Enumerable.Range(1, TargetPattern.MaxLength).Select(n => new string('X', n)),
    ];

    private readonly ValueDimension<string> _methods = new(_otherMethods);
    private readonly ValueDimension<string> _schemes = new(["http", "https"]);
    private readonly HostDimension _hosts = new();
    private readonly ValueDimension<int> _ports = ConnectSpace.Ports();
    private readonly TextDimension _paths = new(Symbols.Url);

    /// <inheritdoc/>
    public override ImmutableArray<int> Atoms =>
        [_methods.Count, _schemes.Count, _hosts.Count, _ports.Count, _paths.Count];

    /// <inheritdoc/>
    public override void Name(string name, TargetPattern pattern)
    {
        var http = (HttpPattern)pattern;
        _methods.Name(http.Method, http.Method is null);
        _hosts.Name(http.Host);
        _ports.Name(http.Port ?? 0, http.Port is null);
        if (http.Path is { } path)
        {
            _paths.Name(NameOf(path), path);
        }
    }

    /// <inheritdoc/>
    public override void Build(Effort effort)
    {
        _methods.Build();
        _schemes.Name("http", isEvery: false);
        _schemes.Name("https", isEvery: false);
        _hosts.Build(effort);
        _ports.Build();
        _paths.Build(effort);
    }

    /// <inheritdoc/>
    public override IEnumerable<ImmutableArray<AtomSet>> BoxesOf(string name, TargetPattern pattern, bool takes)
    {
        var http = (HttpPattern)pattern;
        return
        [
            [
                _methods.SetOf(http.Method, http.Method is null),
                _schemes.SetOf(http.Scheme, http.Scheme is null),
                _hosts.SetOf(http.Host),
                _ports.SetOf(http.Port ?? 0, http.Port is null),
                http.Path is { } path ? _paths.SetOf(NameOf(path)) : AtomSet.All(_paths.Count),
            ],
        ];
    }

    /// <inheritdoc/>
    public override ActionTarget? TargetOf(ReadOnlySpan<int> atoms) =>
        _hosts.HostOf(atoms[2]) is { } host
        && UrlPath.TryNormalize($"/{_paths.Atoms.Text(atoms[4])}", out var path, out _)
            ? new HttpTarget(_methods[atoms[0]], _schemes[atoms[1]], host, _ports[atoms[3]], path)
            : null;

    private static string NameOf(SegmentPattern path) => string.Join('/', path.Segments.Select(s => s?.Text ?? "**"));
}
