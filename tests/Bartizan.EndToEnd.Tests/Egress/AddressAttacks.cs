using System.Collections.Immutable;
using System.Net;

namespace Bartizan.EndToEnd.Tests.Egress;

/// <summary>Names that a rule allows and whose answers lead inside: plainly, wrapped, mixed, by an alias, or only the second time.</summary>
internal static class AddressAttacks
{
    private static readonly (string Label, string Addresses, string What)[] _inside =
    [
        ("loopback", "127.0.0.1", "loopback"),
        ("loopback6", "::1", "loopback"),
        ("ten", "10.0.0.1", "private"),
        ("oneseventwo", "172.16.0.1", "private"),
        ("onenine", "192.168.1.1", "private"),
        ("carrier", "100.64.0.1", "shared by a carrier's NAT"),
        ("linklocal", "169.254.1.1", "link-local"),
        ("metadata", "169.254.169.254", "the cloud's metadata service"),
        ("metadata-azure", "168.63.129.16", "the cloud's metadata service"),
        ("metadata-alibaba", "100.100.100.200", "the cloud's metadata service"),
        ("metadata6", "fd00:ec2::254", "the cloud's metadata service"),
        ("unspecified", "0.0.0.0", "unspecified"),
        ("unspecified6", "::", "unspecified"),
        ("unique-local", "fc00::1", "unique local"),
        ("link-local6", "fe80::1", "link-local"),
        ("mapped", "::ffff:10.0.0.1", "an IPv4-mapped address"),
        ("compatible", "::a00:1", "an IPv4-compatible address"),
        ("nat64", "64:ff9b::a00:1", "a NAT64 address"),
        ("nat64-local", "64:ff9b:1::a00:1", "a NAT64 address"),
        ("sixtofour", "2002:a00:1::", "a 6to4 address"),
        ("teredo", "2001:0:a00:1::", "a Teredo address"),
        ("multicast", "224.0.0.251", "multicast"),
        ("broadcast", "255.255.255.255", "reserved or broadcast"),
        ("mixed", "93.184.215.14 10.0.0.1", "private"),
        ("mixed6", "93.184.215.14 ::1", "loopback"),
        ("alias", "192.168.7.7", "private"),
    ];

    public static IReadOnlyList<EgressAttack> All { get; } =
    [
        .. _inside.Select(i => new EgressAttack(
            $"an allowed name that leads to {i.Addresses} ({i.Label})",
            Layer.AddressCheck,
            $"which is {i.What}",
            a => a.ConnectAsync($"{i.Label}.inside.example:{a.Ground.Raw}")
        )),
        new(
            "the metadata service by http, behind an allowed name",
            Layer.AddressCheck,
            "which is the cloud's metadata service",
            a =>
                a.AskAsync(
                    "GET http://metadata.inside.example/latest/meta-data HTTP/1.1\r\nHost: metadata.inside.example\r\n\r\n"
                )
        ),
        new(
            "a name that leads elsewhere the second time (rebinding)",
            Layer.AddressCheck,
            "tunnel, then broken, then 403 Forbidden bartizan refused it: `rebind.test` leads to `169.254.169.254`",
            async a =>
            {
                var first = await a.TunnelAsync($"rebind.test:{a.Ground.Raw}", [.. "x"u8]);
                var second = await a.ConnectAsync($"rebind.test:{a.Ground.Raw}");
                return $"{first.Replace("GOT IT", "broken", StringComparison.Ordinal)}, then {second}";
            }
        ),
    ];

    /// <summary>What the resolver outside says; null for a name that it was never to be asked for.</summary>
    public static ImmutableArray<IPAddress>? AnswerTo(string name, int times)
    {
        if (name == "rebind.test")
        {
            return [IPAddress.Parse(times == 1 ? "127.0.0.1" : "169.254.169.254")];
        }

        return name.EndsWith(".test", StringComparison.Ordinal) ? [IPAddress.Loopback]
            : _inside.FirstOrDefault(i => name == $"{i.Label}.inside.example") is { Addresses: { } addresses }
                ? [.. addresses.Split(' ').Select(IPAddress.Parse)]
            : null;
    }
}
