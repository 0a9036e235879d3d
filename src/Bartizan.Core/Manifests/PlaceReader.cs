using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Manifests;

/// <summary>
/// Reads to which places labels are confined, and what follows of it. INVARIANT: what a file confines and declares hosts for is confined
/// to the hosts that it declares; no file below it puts its own among them.
/// </summary>
internal sealed class PlaceReader(ImmutableArray<ManifestError>.Builder errors, ConditionSchema schema)
{
    /// <summary>Hosts whose places one file declares; each is looked at for each request of a confined session.</summary>
    public const int MaxHosts = 128;

    private const int HttpsPort = 443;

    private readonly List<TrustPlaces> _places = [];
    private readonly List<TrustHost> _hosts = [];

    /// <summary>Takes what a file says of places.</summary>
    public void Add(SourceNode.Map root)
    {
        if (root.Find("trust") is not SourceNode.Map trust)
        {
            return;
        }

        var declared = ReadHosts(trust);
        _hosts.AddRange(declared);
        foreach (var (label, said) in ManifestReader.Entries(trust.Find("places")))
        {
            if (Enum.TryParse<Labels>(label.Text, ignoreCase: true, out var known))
            {
                var map = said as SourceNode.Map;
                _places.Add(
                    new TrustPlaces(
                        known,
                        map is null ? Words(said) : Words(map.Find("models")),
                        Words(map?.Find("hosts")),
                        Words(map?.Find("servers")),
                        declared,
                        label.Position
                    )
                );
            }
        }
    }

    /// <summary>What a session with a label may not reach any more, as rules: models and tool servers that lie elsewhere.</summary>
    public IEnumerable<Rule> Confine(IEnumerable<ModelUpstream> models, IEnumerable<ToolServer> servers) =>
        _places.SelectMany(one =>
            models
                .Where(model => one.Models is { } allowed && !Holds(allowed, model.Place))
                .Select(model => Denied(one, Verb.Model, model.Name, one.Models!.Value))
                .Concat(
                    servers
                        .Where(server => one.Servers is { } allowed && !Holds(one, allowed, server))
                        .Select(server => Denied(one, Verb.Tool, server.Name, one.Servers!.Value))
                )
        );

    /// <summary>The same of hosts: by whatever way, a model that may not be told is no host that may.</summary>
    public IEnumerable<TrustConfinement> Hosts(IEnumerable<ModelUpstream> models) =>
        _places.SelectMany(one =>
            new[]
            {
                one.Hosts is { } places ? OfHosts(one, places) : null,
                one.Models is { } told ? OfModels(one, models.Where(model => !Holds(told, model.Place)), told) : null,
            }.OfType<TrustConfinement>()
        );

    private TrustConfinement OfHosts(TrustPlaces one, ImmutableArray<string> places)
    {
        var hosts = HostsOf(one);
        return new TrustConfinement(
            one.Label,
            IsClosed: true,
            Spelt(hosts.Where(host => Holds(places, host.Place)).Select(host => host.Canonical)),
            Spelt(hosts.Where(host => !Holds(places, host.Place)).Select(host => host.Canonical)),
            Why(one, places),
            one.Position
        );
    }

    private static TrustConfinement? OfModels(
        TrustPlaces one,
        IEnumerable<ModelUpstream> elsewhere,
        ImmutableArray<string> places
    )
    {
        var addresses = Spelt(elsewhere.SelectMany(model => model.Pool.Insert(0, model.Url)).Select(AuthorityOf));
        return addresses.IsEmpty
            ? null
            : new TrustConfinement(one.Label, IsClosed: false, [], addresses, Why(one, places), one.Position);
    }

    private static string AuthorityOf(Uri url) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(url.HostNameType == UriHostNameType.IPv6 ? url.Host : url.IdnHost)}:{url.Port}"
        );

    // What a server may reach gets what the server is told.
    private bool Holds(TrustPlaces one, ImmutableArray<string> places, ToolServer server) =>
        Holds(places, server.Place) && server.Egress.All(reached => Holds(HostsOf(one), places, reached));

    private static bool Holds(IReadOnlyCollection<TrustHost> hosts, ImmutableArray<string> places, string reached)
    {
        if (TrustHost.Parse(reached, "", out _) is not { } pattern)
        {
            return false;
        }

        var port = pattern.Port ?? HttpsPort;
        var meant = hosts
            .Where(host =>
                pattern.Host.Exact is { } name
                    ? host.Matches(name, port)
                    : (host.Port is null || host.Port == port)
                        && (
                            host.Host.Canonical == pattern.Host.Canonical
                            || (host.Host.Exact is { } one && pattern.Host.Matches(one))
                        )
            )
            .ToList();
        return meant.Exists(host => pattern.Host.Exact is not null || host.Host.Canonical == pattern.Host.Canonical)
            && meant.TrueForAll(host => Holds(places, host.Place));
    }

    private static bool Holds(ImmutableArray<string> places, string? place) =>
        place is not null && places.Contains(place, StringComparer.Ordinal);

    private IReadOnlyCollection<TrustHost> HostsOf(TrustPlaces one) => one.Declared.IsEmpty ? _hosts : one.Declared;

    private Rule Denied(TrustPlaces one, Verb verb, string name, ImmutableArray<string> places) =>
        new()
        {
            Effect = Effect.Deny,
            Verb = verb,
            Pattern = $"{name}/**",
            Why = Why(one, places),
            When = Condition.Parse($"\"{one.Word}\" in session.labels", schema.WithoutArguments()).Condition!,
            Position = one.Position,
        };

    private static string Why(TrustPlaces one, ImmutableArray<string> places) =>
        $"The session has read something {one.Word}, which stays in {string.Join(", ", places)}.";

    private ImmutableArray<TrustHost> ReadHosts(SourceNode.Map trust)
    {
        var hosts = ImmutableArray.CreateBuilder<TrustHost>();
        foreach (var item in ManifestReader.Items(trust.Find("hosts")).OfType<SourceNode.Map>())
        {
            if (
                item.Find("host") is not SourceNode.Scalar { IsEmpty: false } said
                || RuleReader.TextOf(item, "place") is not { } place
            )
            {
                continue;
            }

            if (TrustHost.Parse(said.Text, place, out var problem) is { } host)
            {
                hosts.Add(host);
            }
            else
            {
                errors.Add(
                    new(
                        said.Position,
                        $"`{SourceTree.Quote(said.Text)}` {problem}",
                        "Write `name`, `name:port`, `*.name` or an address."
                    )
                );
            }
        }

        if (hosts.Count > MaxHosts)
        {
            errors.Add(
                new(trust.PositionOf("hosts"), $"more than {MaxHosts} hosts", "Use `*`, which stands for one label.")
            );
        }

        return hosts.ToImmutable();
    }

    private static ImmutableArray<string>? Words(SourceNode? said) =>
        said is null ? null : [.. ManifestReader.Items(said).OfType<SourceNode.Scalar>().Select(place => place.Text)];

    private static ImmutableArray<string> Spelt(IEnumerable<string> hosts) =>
        [.. hosts.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
