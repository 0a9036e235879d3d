using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Policies;

/// <content>Which TLS is looked into.</content>
public sealed partial class Policy
{
    /// <summary>True when TLS to some host is looked into: then a sandbox is shown whom to trust.</summary>
    public bool InterceptsSome { get; private init; }

    /// <summary>
    /// Whether TLS to a host is looked into, because some rule on <c>http</c> is finer than the host or puts a credential into its
    /// requests. Then there is no tunnel to it, and each request is decided alone.
    /// </summary>
    public Interception InterceptionOf(HostName host, int port, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(host);
        var tunnel = new ConnectTarget(host, port);
        if (!InterceptsSome || InterceptorOf(tunnel) is null)
        {
            return Interception.None;
        }

        foreach (var layer in _layers)
        {
            if (!layer.CouldGrantRequests(tunnel, https: true, now))
            {
                return Interception.Closed;
            }
        }

        return _onlyCeilings ? Interception.Closed : Interception.Open;
    }

    /// <summary>The rule because of which TLS to a host is looked into; null where none is.</summary>
    public RuleReference? InterceptorOf(ConnectTarget tunnel)
    {
        ArgumentNullException.ThrowIfNull(tunnel);
        foreach (var layer in _layers)
        {
            if (layer.InterceptorOf(tunnel) is { } rule)
            {
                return rule.Reference;
            }
        }

        return null;
    }
}
