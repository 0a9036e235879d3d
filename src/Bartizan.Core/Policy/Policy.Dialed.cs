using System.Collections.Immutable;
using System.Net;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Policies;

/// <content>What a program may dial that knows no proxy.</content>
public sealed partial class Policy
{
    private const int CleartextPort = 80;
    private const int TlsPort = 443;

    /// <summary>The addresses that a manifest's rules on <c>connect</c> and <c>http</c> grant by naming them.</summary>
    public ImmutableArray<IPAddress> GrantedAddresses() =>
        [.. Granted().Select(granted => granted.Host.Exact?.Address).OfType<IPAddress>().Distinct()];

    /// <summary>Whether some request in the clear to a host and port could be granted, whatever its method and path.</summary>
    public bool CouldGrantCleartext(HostName host, int port, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(host);
        var to = new ConnectTarget(host, port);
        foreach (var layer in _layers)
        {
            if (!layer.CouldGrantRequests(to, https: false, now))
            {
                return false;
            }
        }

        return !_onlyCeilings;
    }

    /// <summary>Whether a connection to a host could be granted on a port that some rule names for it.</summary>
    public bool CouldDial(HostName host, in Circumstances now)
    {
        ArgumentNullException.ThrowIfNull(host);
        foreach (var granted in Granted())
        {
            if (!granted.Host.Matches(host))
            {
                continue;
            }

            var could = granted.Requests
                ? CouldGrantCleartext(host, granted.Port ?? CleartextPort, now.Now)
                    || InterceptionOf(host, granted.Port ?? TlsPort, now.Now) == Interception.Open
                : Screen(new ConnectTarget(host, granted.Port ?? TlsPort), now).Effect != Effect.Deny;
            if (could)
            {
                return true;
            }
        }

        return false;
    }

    private IEnumerable<(HostPattern Host, int? Port, bool Requests)> Granted() =>
        from layer in _layers
        where !layer.IsCeiling
        from rule in layer.Rules
        where rule.Rule.Effect is Effect.Allow or Effect.Ask
        from pattern in rule.Patterns
        where pattern is ConnectPattern or HttpPattern
        select pattern is HttpPattern http
            ? (http.Host, http.Port, true)
            : (((ConnectPattern)pattern).Host, ((ConnectPattern)pattern).Port, false);
}
