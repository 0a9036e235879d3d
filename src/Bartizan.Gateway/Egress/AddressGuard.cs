using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// Says which addresses a name may lead to. IPv4: everything but the special-purpose registry (RFC 6890). IPv6: only global
/// unicast, 2000::/3, without what wraps or tunnels an IPv4 address; so that a new special range is refused until it is
/// known. A rule that names an address opens exactly what it names.
/// </summary>
internal static class AddressGuard
{
    private enum Class
    {
        /// <summary>Never dialed, whoever names it.</summary>
        Never = 0,

        /// <summary>Dialed only when a rule names this very address.</summary>
        ByAddress,

        /// <summary>Dialed when a rule names the address, or a host that is meant to be private.</summary>
        Private,
    }

    private static readonly ImmutableArray<(IPNetwork Range, string Name, Class Class)> IPv4 =
    [
        (IPNetwork.Parse("169.254.169.254/32"), "the cloud's metadata service", Class.ByAddress),
        (IPNetwork.Parse("168.63.129.16/32"), "the cloud's metadata service", Class.ByAddress),
        (IPNetwork.Parse("100.100.100.200/32"), "the cloud's metadata service", Class.ByAddress),
        (IPNetwork.Parse("0.0.0.0/8"), "unspecified", Class.Never),
        (IPNetwork.Parse("10.0.0.0/8"), "private", Class.Private),
        (IPNetwork.Parse("100.64.0.0/10"), "shared by a carrier's NAT", Class.Private),
        (IPNetwork.Parse("127.0.0.0/8"), "loopback", Class.Private),
        (IPNetwork.Parse("169.254.0.0/16"), "link-local", Class.ByAddress),
        (IPNetwork.Parse("172.16.0.0/12"), "private", Class.Private),
        (IPNetwork.Parse("192.0.0.0/24"), "a protocol assignment", Class.ByAddress),
        (IPNetwork.Parse("192.0.2.0/24"), "for documentation", Class.ByAddress),
        (IPNetwork.Parse("192.88.99.0/24"), "a 6to4 relay", Class.Never),
        (IPNetwork.Parse("192.168.0.0/16"), "private", Class.Private),
        (IPNetwork.Parse("198.18.0.0/15"), "for benchmarks", Class.ByAddress),
        (IPNetwork.Parse("198.51.100.0/24"), "for documentation", Class.ByAddress),
        (IPNetwork.Parse("203.0.113.0/24"), "for documentation", Class.ByAddress),
        (IPNetwork.Parse("224.0.0.0/4"), "multicast", Class.Never),
        (IPNetwork.Parse("240.0.0.0/4"), "reserved or broadcast", Class.Never),
    ];

    private static readonly ImmutableArray<(IPNetwork Range, string Name, Class Class)> IPv6 =
    [
        (IPNetwork.Parse("::1/128"), "loopback", Class.Private),
        (IPNetwork.Parse("::/128"), "unspecified", Class.Never),
        (IPNetwork.Parse("::/96"), "an IPv4-compatible address", Class.Never),
        (IPNetwork.Parse("64:ff9b::/96"), "a NAT64 address", Class.Never),
        (IPNetwork.Parse("64:ff9b:1::/48"), "a NAT64 address", Class.Never),
        (IPNetwork.Parse("fd00:ec2::/32"), "the cloud's metadata service", Class.ByAddress),
        (IPNetwork.Parse("fc00::/7"), "unique local", Class.Private),
        (IPNetwork.Parse("fe80::/10"), "link-local", Class.Never),
        (IPNetwork.Parse("fec0::/10"), "site-local", Class.Never),
        (IPNetwork.Parse("ff00::/8"), "multicast", Class.Never),
        (IPNetwork.Parse("2001::/32"), "a Teredo address", Class.Never),
        (IPNetwork.Parse("2001::/23"), "a protocol assignment", Class.Never),
        (IPNetwork.Parse("2001:db8::/32"), "for documentation", Class.ByAddress),
        (IPNetwork.Parse("2002::/16"), "a 6to4 address", Class.Never),
        (IPNetwork.Parse("3fff::/20"), "for documentation", Class.ByAddress),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>What the address is, when it may not be dialed; null when it may.</summary>
    /// <param name="address">An address of the answer.</param>
    /// <param name="named">The decision's <c>PrivateAddresses</c>: a rule names it.</param>
    /// <param name="literal">True when the action named the address itself, not a name that leads to it.</param>
    /// <param name="own">The host's own addresses: its services trust them as if they were loopback.</param>
    public static string? Objection(IPAddress address, bool named, bool literal, IReadOnlySet<IPAddress> own)
    {
        // By itself and first: IPNetwork.Contains compares such an address as if it were IPv4, even with an IPv6 range.
        if (address.IsIPv4MappedToIPv6)
        {
            return "an IPv4-mapped address";
        }

        var ranges = address.AddressFamily switch
        {
            AddressFamily.InterNetwork => IPv4,
            AddressFamily.InterNetworkV6 => IPv6,
            _ => [],
        };
        foreach (var (range, name, kind) in ranges)
        {
            if (range.Contains(address))
            {
                var open = named && (kind == Class.Private || (kind == Class.ByAddress && literal));
                return open ? null : name;
            }
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !GlobalUnicast.Contains(address))
        {
            return "outside global unicast";
        }

        return ranges.IsEmpty ? "of an unknown family"
            : own.Contains(address) && !named ? "the host's own"
            : null;
    }
}
