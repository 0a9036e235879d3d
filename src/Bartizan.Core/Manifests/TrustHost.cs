using System.Globalization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>Hosts that lie in a place.</summary>
internal sealed record TrustHost
{
    private TrustHost(HostPattern host, int? port, string place)
    {
        Host = host;
        Port = port;
        Place = place;
    }

    /// <summary>Which: a wildcard never means an address, so that a name's address is another host.</summary>
    public HostPattern Host { get; }

    /// <summary>The port; null for every one.</summary>
    public int? Port { get; }

    /// <summary>Where they lie.</summary>
    public string Place { get; }

    /// <summary>In one spelling.</summary>
    public string Canonical => $"{Host.Canonical}:{Port?.ToString(CultureInfo.InvariantCulture) ?? "*"}";

    /// <summary>Reads <c>name</c>, <c>name:port</c>, <c>*.name</c> or an address.</summary>
    public static TrustHost? Parse(string text, string place, out string? problem)
    {
        problem = null;
        if (text.Contains('/', StringComparison.Ordinal) || !ConnectPattern.TrySplit(text, out var name, out var tail))
        {
            problem = "is no host";
            return null;
        }

        int? port = null;
        if (tail.Length > 0 && !ConnectPattern.TryPort(tail, out port))
        {
            problem = "has a port that is no number from 1 to 65535";
            return null;
        }

        var host = HostPattern.Parse(Unbracketed(name), grants: true, out var wrong);
        problem = host is null ? wrong.Text : null;
        return host is null ? null : new TrustHost(host, port, place);
    }

    /// <summary>True when it is one of these.</summary>
    public bool Matches(HostName host, int port) => (Port is null || Port == port) && Host.Matches(host);

    private static string Unbracketed(string name) =>
        name.Length > 2 && name[0] == '[' && name[^1] == ']' ? name[1..^1] : name;
}
