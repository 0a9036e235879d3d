using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Policies;

/// <summary>Keeps what a session has read from hosts that may not be told it. Pure. A label that isn't known counts as there.</summary>
internal sealed class HostConfinement
{
    private readonly TrustConfinement _terms;
    private readonly ImmutableArray<TrustHost> _inside;
    private readonly ImmutableArray<TrustHost> _outside;

    /// <summary>Makes it ready.</summary>
    public HostConfinement(TrustConfinement terms)
    {
        _terms = terms;
        _inside = Compile(terms.Inside);
        _outside = Compile(terms.Outside);
        Reference = new RuleReference(
            "trust",
            $"places: {terms.Label.ToString().ToLowerInvariant()}",
            terms.Why,
            terms.Position.ToString()
        );
    }

    /// <summary>What an entry names.</summary>
    public RuleReference Reference { get; }

    /// <summary>True when a session with these labels may not reach a target.</summary>
    public bool Denies(ActionTarget target, Labels? labels)
    {
        if (labels is { } known && (known & _terms.Label) == Labels.None)
        {
            return false;
        }

        return target switch
        {
            HttpTarget http => IsOut(http.Host, http.Port),
            ConnectTarget connect => IsOut(connect.Host, connect.Port),
            _ => false,
        };
    }

    private bool IsOut(HostName host, int port) =>
        Any(_outside, host, port) || (_terms.IsClosed && !Any(_inside, host, port));

    private static bool Any(ImmutableArray<TrustHost> hosts, HostName host, int port)
    {
        foreach (var one in hosts)
        {
            if (one.Matches(host, port))
            {
                return true;
            }
        }

        return false;
    }

    // What can't be read means nothing inside, and there is nothing outside that can't: both were written by the reader.
    private static ImmutableArray<TrustHost> Compile(ImmutableArray<string> hosts) =>
        [.. hosts.Select(host => TrustHost.Parse(host, "", out _)).OfType<TrustHost>()];
}
