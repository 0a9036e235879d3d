using System.Net;
using System.Net.Sockets;
using Bartizan.Gateway.Tests.Egress;

namespace Bartizan.EndToEnd.Tests.Egress;

/// <summary>SOCKS5 at the proxy: what CONNECT refuses, asked for in another protocol.</summary>
internal static class SocksAttacks
{
    private const string Good = "good.tunnel.test";

    // What a reply of SOCKS5 begins with, as the program inside prints it.
    private const string Granted = "\u0005\0";

    private static readonly IPEndPoint Proxy = new(IPAddress.Loopback, 3128);

    private static readonly (string Name, string Host)[] _misread =
    [
        ("NUL within a name", $"{Good}\0.{EgressAttack.Mark}.example"),
        ("NUL behind a name", $"{Good}\0"),
        ("a trailing dot", $"{Good}."),
        ("a port within a name", $"{Good}:443"),
        ("a name of 255 bytes", string.Concat(Enumerable.Repeat("a.", 120)) + "tunnel.testings"),
        ("loopback as one decimal number", "2130706433"),
        ("loopback in octal", "0177.0.0.1"),
        ("a short address as a name", "127.1"),
        ("an IPv6 address as a name", "::1"),
        ("an IPv6 address in brackets as a name", "[::1]"),
        ("a mapped address as a name", "::ffff:127.0.0.1"),
        ("letters outside ASCII", "g\u00f6\u00f6d.tunnel.test"),
    ];

    private static readonly (string Name, string Host)[] _unnamed =
    [
        ("data in a name that nobody allows", $"{EgressAttack.Mark}.collector.org"),
        ("an allowed name with something behind it", $"{Good}.{EgressAttack.Mark}.org"),
        ("an address as a name", "127.0.0.1"),
        ("localhost", "localhost"),
        ("the metadata service by its name", "metadata.google.internal"),
    ];

    private static readonly (string Name, string Host)[] _addresses =
    [
        ("loopback by its address", "127.0.0.1"),
        ("loopback by its IPv6 address", "::1"),
        ("loopback mapped into IPv6", "::ffff:127.0.0.1"),
        ("loopback by NAT64", "64:ff9b::7f00:1"),
        ("the metadata service", "169.254.169.254"),
        ("the metadata service mapped into IPv6", "::ffff:169.254.169.254"),
        ("an address of the Internet", "1.1.1.1"),
    ];

    public static IReadOnlyList<EgressAttack> All { get; } =
    [
        .. _misread.Select(n => Told($"{n.Name}, by SOCKS5", Layer.Parser, 1, a => Socks.Named(n.Host, a.Ground.Raw))),
        .. _unnamed.Select(n => Told($"{n.Name}, by SOCKS5", Layer.Policy, 2, a => Socks.Named(n.Host, a.Ground.Raw))),
        .. _addresses.Select(n =>
            Told($"{n.Name}, by SOCKS5", Layer.Policy, 2, a => Socks.Addressed(n.Host, a.Ground.Raw))
        ),
        Told(
            "an allowed name that leads to the metadata service, by SOCKS5",
            Layer.AddressCheck,
            2,
            a => Socks.Named("metadata.inside.example", a.Ground.Raw)
        ),
        Told(
            "an allowed name that leads outside and inside, by SOCKS5",
            Layer.AddressCheck,
            2,
            a => Socks.Named("mixed.inside.example", a.Ground.Raw)
        ),
        Told(
            "a name that leads elsewhere the third time (rebinding), by SOCKS5",
            Layer.AddressCheck,
            2,
            a => Socks.Named("rebind.test", a.Ground.Raw)
        ),
        Told("BIND, by SOCKS5", Layer.Parser, 7, a => Socks.Named(Good, a.Ground.Raw, 2)),
        Told("UDP ASSOCIATE, by SOCKS5", Layer.Parser, 7, a => Socks.Named(Good, a.Ground.Raw, 3)),
        Told(
            "another version in the request, by SOCKS5",
            Layer.Parser,
            1,
            a => [4, .. Socks.Named(Good, a.Ground.Raw)[1..]]
        ),
        Told("an unknown kind of address, by SOCKS5", Layer.Parser, 8, a => Socks.Request(1, 9, [1, 2], a.Ground.Raw)),
        Told("port 0, by SOCKS5", Layer.Parser, 1, _ => Socks.Named(Good, 0)),
        new(
            "SOCKS4 at the proxy",
            Layer.Parser,
            "400 Bad Request",
            a => a.SendAsync(Proxy, [4, 1, 0, 80, 127, 0, 0, 1, .. "evil-mark\0"u8])
        ),
        new(
            "methods of SOCKS5 that are none of ours",
            Layer.Identity,
            "\u0005\u00FF",
            a => a.SendAsync(Proxy, [5, 3, 1, 3, 128, .. Socks.Named(Good, a.Ground.Raw), .. "evil-mark"u8])
        ),
        new(
            "a guessed token, by SOCKS5",
            Layer.Identity,
            "\u0005\u0002\u0001\u0001",
            a =>
                a.SendAsync(
                    Proxy,
                    [
                        5,
                        1,
                        2,
                        .. Socks.Password("agent", "guessed"),
                        .. Socks.Named(Good, a.Ground.Raw),
                        .. "evil-mark"u8,
                    ]
                )
        ),
        new(
            "another name in TLS, by SOCKS5",
            Layer.TlsName,
            Granted,
            a =>
                a.SendAsync(
                    Proxy,
                    [.. Socks.Greeting, .. Socks.Named(Good, a.Ground.Raw), .. Hello.For($"{EgressAttack.Mark}.org")]
                )
        ),
        new(
            "a host whose requests are looked at, by SOCKS5, for the bytes of something else",
            Layer.TlsName,
            Granted,
            a =>
                a.SendAsync(
                    Proxy,
                    [.. Socks.Greeting, .. Socks.Named("api.test", a.Ground.Secure), .. "SSH-2.0-evil-mark\r\n"u8]
                )
        ),
        new(
            "half a handshake of SOCKS5",
            Layer.Parser,
            $"{Granted}|closed|{nameof(SocketError.ConnectionReset)}",
            a => a.SendAsync(Proxy, [.. Socks.Greeting, 5, 1, 0, 3, 255, .. "evil-mark"u8])
        ),
    ];

    private static EgressAttack Told(string name, Layer layer, byte code, Func<Attacker, byte[]> request) =>
        new(
            name,
            layer,
            Granted + Socks.Reply(code),
            a => a.SendAsync(Proxy, [.. Socks.Greeting, .. request(a), .. "evil-mark"u8])
        );
}
