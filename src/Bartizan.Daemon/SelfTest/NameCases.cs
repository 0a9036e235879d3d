using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Bartizan.Daemon.SelfTest;

/// <summary>P18 to P22, P28: the ways round the proxy, data in names, and floods.</summary>
internal static class NameCases
{
    private const int Names = 70_000;
    private const int Connections = 10_000;
    private const int UploadMegabytes = 256;

    /// <summary>What the sockets on the way hold; beyond it, somebody keeps the agent's bytes in memory.</summary>
    private const long MostHeldBytes = 64L << 20;
    private const int Forbidden = 403;
    private const string NoRoute = "ENETUNREACH";

    // Type, what it is called: none of them is answered with data.
    private static readonly (ushort Type, string Name)[] OtherTypes =
    [
        (16, "txt"),
        (10, "null"),
        (15, "mx"),
        (255, "any"),
        (5, "cname"),
        (65, "https"),
    ];

    public static IEnumerable<WireCase> All(Field field) => [.. Routes(), .. Queries(field)];

    /// <summary>The rough ones: after them the session has used up what it may send at once.</summary>
    public static IEnumerable<WireCase> Floods(Field field)
    {
        yield return ProxyCases
            .Make(
                "P28",
                "connections",
                (one, seen) =>
                    seen.Result(one, "made") is "" or "0"
                        ? Finding.Unclear("none could be made")
                        : Fewer(one, seen, "connections", Connections)
            )
            .Tcp(Field.Loopback, Field.Proxy)
            .Step("connections", Connections);
        yield return ProxyCases
            .Make("P28", "drip", (one, seen) => seen.Closed(one))
            .Tcp(Field.Loopback, Field.Proxy)
            .Send("GET http://" + ProxyCases.Marker("P28", "drip"))
            .All(8000);
        yield return ProxyCases
            .Make("P28", "upload", Held)
            .Tcp(Field.Loopback, Field.Proxy)
            .Send(Field.Connect(FormattableString.Invariant($"{Field.Canary}:{field.Deaf}")))
            .Head()
            .Step("upload", UploadMegabytes);
        yield return ProxyCases.Control("P28", field);
        yield return ProxyCases
            .Make(
                "P22",
                "pool",
                (one, seen) =>
                    seen.AskedAny(name => name.StartsWith('n') && name.EndsWith(".example", StringComparison.Ordinal))
                        ? Finding.Through("a name was asked of the resolver")
                        : Fewer(one, seen, "names", Names)
            )
            .Udp(Field.Loopback, 53)
            .Step("names", Names);
        yield return ProxyCases
            .Make("P22", "still-closed", (one, seen) => seen.Refusal(one, Forbidden))
            .Tcp(Field.Loopback, Field.Proxy)
            .Send(field.Get(Field.Denied, "/" + ProxyCases.Marker("P22", "still-closed")))
            .Head();
        yield return ProxyCases.Control("P22", field);
    }

    private static IEnumerable<WireCase> Routes()
    {
        foreach (var (port, what) in new[] { (443, "quic"), (4433, "dtls"), (3478, "stun") })
        {
            yield return ProxyCases.Make("P18", what, Unreachable).Udp(Field.Nowhere, port).Send(what);
        }

        yield return ProxyCases.Make("P18", "control", HostHasRoute).AsControl();
        yield return ProxyCases.Make("P21", "dot", Unreachable).Tcp(Field.Nowhere, 853);
        foreach (
            var (what, authority) in new[]
            {
                ("doh-v4", "1.1.1.1:443"),
                ("doh-v6", "[2606:4700:4700::1111]:443"),
                ("doh-name", $"dns.{Field.Denied}:443"),
                ("dot-name", $"dns.{Field.Denied}:853"),
            }
        )
        {
            yield return ProxyCases
                .Make("P21", what, (one, seen) => seen.Refusal(one, Forbidden))
                .Tcp(Field.Loopback, Field.Proxy)
                .Send(Field.Connect(authority))
                .Head();
        }

        yield return ProxyCases.Make("P21", "control", HostHasRoute).AsControl();
    }

    private static IEnumerable<WireCase> Queries(Field field)
    {
        foreach (var (what, type) in new (string, ushort)[] { ("a", 1), ("aaaa", 28) })
        {
            var name = $"secret-{what}.{Field.Denied}";
            yield return ProxyCases
                .Make("P19", what, (one, seen) => Unasked(one, seen, name))
                .Udp(Field.Loopback, 53)
                .Send(WireBytes.Query(name, type))
                .More();
        }

        yield return ProxyCases.Control("P19", field) with
        {
            Judge = (one, seen) =>
                seen.Arrived(one.Name) && seen.Asked(Field.Canary) > 0
                    ? Finding.Through("an allowed name is asked")
                    : Finding.Unclear("an allowed name was not asked"),
        };
        foreach (var (type, what) in OtherTypes)
        {
            yield return Odd(what, WireBytes.Query($"{what}.{Field.Canary}", type), $"{what}.{Field.Canary}");
        }

        var payload = new byte[] { 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 204, 0, 3, 0, 200 };
        yield return Odd("edns", WireBytes.Query($"edns.{Field.Denied}", 16, [.. payload, .. new byte[200]]), "");
        var label = new string('x', 60);
        yield return Odd("long", WireBytes.Query($"{label}.{label}.{label}.{label}.{label}.test", 1), "");
        yield return ProxyCases
            .Make(
                "P20",
                "stream",
                (one, seen) =>
                    seen.Result(one, "connect") is var end && end == "ok" ? Finding.Through("connected")
                    : end.Length > 0 ? Finding.Stopped(end)
                    : Finding.Unclear("it did not run")
            )
            .Tcp(Field.Loopback, 53);
        yield return ProxyCases
            .Make(
                "P20",
                "control",
                (one, seen) =>
                    seen.Result(one, "ask") is var address && address.StartsWith("127.1.", StringComparison.Ordinal)
                        ? Finding.Through("an address is answered")
                        : Finding.Unclear("no address is answered")
            )
            .Udp(Field.Loopback, 53)
            .Ask(WireBytes.Query(Field.Canary, 1))
            .AsControl();

        static WireCase Odd(string what, byte[] query, string name) =>
            ProxyCases
                .Make("P20", what, (one, seen) => NoData(one, seen, name))
                .Udp(Field.Loopback, 53)
                .Send(query)
                .More();
    }

    private static Finding Unreachable(WireCase one, Evidence seen) =>
        seen.Result(one, "connect") switch
        {
            NoRoute => Finding.Stopped(NoRoute),
            "ok" => Finding.Through("there is a route"),
            var other => Finding.Unclear(other.Length == 0 ? "it did not run" : other),
        };

    // Connecting a datagram socket looks for a route and sends nothing.
    private static Finding HostHasRoute(WireCase one, Evidence seen)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Connect(IPAddress.Parse(Field.Nowhere), 443);
            return Finding.Through("the host has a route there");
        }
        catch (SocketException)
        {
            return Finding.Impossible("the host itself has no route there");
        }
    }

    private static Finding Unasked(WireCase one, Evidence seen, string name) =>
        seen.Asked(name) > 0 ? Finding.Through("it was asked of the resolver")
        : !seen.Ran(one) ? Finding.Unclear("it did not run")
        : Finding.Stopped("answered locally, nobody was asked");

    // Bytes 6 and 7 of a DNS message count its answers; the low half of byte 3 is its code.
    private static Finding NoData(WireCase one, Evidence seen, string name)
    {
        var answer = seen.Answer(one);
        return (name.Length > 0 && seen.Asked(name) > 0) ? Finding.Through("it was asked of the resolver")
            : !seen.Ran(one) ? Finding.Unclear("it did not run")
            : answer.Length < 8 ? Finding.Stopped("no answer")
            : answer[6] + answer[7] > 0 ? Finding.Through("it was answered with data")
            : Finding.Stopped(string.Create(CultureInfo.InvariantCulture, $"code {answer[3] & 0xF}"));
    }

    private static Finding Fewer(WireCase one, Evidence seen, string step, int all)
    {
        var known = long.TryParse(seen.Result(one, step), CultureInfo.InvariantCulture, out var count);
        var text = string.Create(CultureInfo.InvariantCulture, $"{count} of {all} {step}");
        return !known ? Finding.Unclear("it did not run")
            : count < all ? Finding.Stopped(text)
            : Finding.Through(text);
    }

    private static Finding Held(WireCase one, Evidence seen)
    {
        var known = long.TryParse(seen.Result(one, "upload"), CultureInfo.InvariantCulture, out var sent);
        var text = string.Create(CultureInfo.InvariantCulture, $"{sent >> 20} MiB, then it had to wait");
        return !known ? Finding.Unclear("it did not run")
            : sent < MostHeldBytes ? Finding.Stopped(text)
            : Finding.Through(text);
    }
}
