namespace Bartizan.Daemon.SelfTest;

/// <summary>P09 to P11, P15, P16: what hides inside a connection that was allowed.</summary>
internal static class TunnelCases
{
    private const int Malformed = 400;
    private const int Forbidden = 403;
    private const int Misdirected = 421;
    private const int BadGateway = 502;
    private const int Answered = 200;

    /// <summary>For the proxy to end a tunnel whose name is wrong.</summary>
    private const int CutMilliseconds = 1000;

    /// <summary>How long the client of a control keeps its tunnel: one that is right stands as long as it is waited for.</summary>
    private const int StandsMilliseconds = 100;

    private const string Handshake =
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

    public static IEnumerable<WireCase> All(Field field) =>
        [.. Hellos(field), .. Captured(field), .. Dialed(field), .. NotTls(field), .. Upgrades(field)];

    // Ports that nobody's are, dialed without the proxy. A kernel that captures 80 and 443 only has no listener there.
    private static IEnumerable<WireCase> Dialed(Field field)
    {
        foreach (var port in new[] { 22, 25, 853, 6379, field.Http })
        {
            var what = FormattableString.Invariant($"dialed-{port}");
            yield return ProxyCases
                .Make("P14", what, Stopped)
                .Udp(Field.Loopback, 53)
                .Ask(WireBytes.Query(Field.Canary, 1))
                .Tcp("answer", port)
                .Send(ProxyCases.Marker("P14", what) + "\r\n")
                .All();
        }

        yield return ProxyCases
            .Make("P23", "never-given-other", Stopped)
            .Tcp("127.1.200.200", field.Tunnel)
            .Send(ProxyCases.Marker("P23", "never-given-other"))
            .All();

        static Finding Stopped(WireCase one, Evidence seen) =>
            seen.Result(one, "connect") == "ECONNREFUSED" ? Finding.Stopped("nobody listens") : seen.Closed(one);
    }

    private static IEnumerable<WireCase> Hellos(Field field)
    {
        yield return Hello("P09", "fronting", field.Tunnel, Field.Denied);
        yield return Hello("P09", "nul-name", field.Tunnel, Field.Canary + "\0" + Field.Denied);
        yield return Hello("P10", "no-name", field.Tunnel, null);
        yield return Hello("P10", "encrypted", field.Tunnel, Field.Canary, encrypted: true);
        foreach (var attempt in new[] { "P09", "P10" })
        {
            yield return Hello(attempt, "control", field.Tunnel, Field.Canary, patience: StandsMilliseconds)
                .AsControl() with
            {
                Judge = (one, seen) => seen.Passed(one),
            };
        }
    }

    // Cleartext only: what is inside TLS can't be seen until it is intercepted.
    private static IEnumerable<WireCase> Captured(Field field)
    {
        yield return ByName(
            "P11",
            "host",
            Field.Denied,
            (one, seen) => seen.Refusal(one, Malformed, Forbidden, Misdirected)
        );
        yield return ByName("P11", "control", Field.Canary, Taken).AsControl();
        yield return ByName(
                "P23",
                "control",
                Field.Canary,
                (one, seen) =>
                    seen.Status(one) != 0
                        ? Finding.Through("an address that was handed out is answered")
                        : Finding.Unclear("an address that was handed out is not answered")
            )
            .AsControl();
        foreach (var port in new[] { 80, 443 })
        {
            var what = FormattableString.Invariant($"never-given-{port}");
            yield return ProxyCases
                .Make("P23", what, Unknown)
                .Tcp("127.1.200.200", port)
                .Send(Request(ProxyCases.Marker("P23", what), Field.Canary))
                .All();
        }

        WireCase ByName(string attempt, string what, string host, Func<WireCase, Evidence, Finding> judge) =>
            ProxyCases
                .Make(attempt, what, judge)
                .Udp(Field.Loopback, 53)
                .Ask(WireBytes.Query(Field.Canary, 1))
                .Tcp("answer", 80)
                .Send(Request(ProxyCases.Marker(attempt, what), host))
                .Head();

        // Without port 80 there is no canary of this run behind it: then it is decided and dialed, whoever answers.
        Finding Taken(WireCase one, Evidence seen) =>
            field.Web ? seen.Passed(one)
            : seen.Status(one) is BadGateway or Answered ? Finding.Through("it was dialed")
            : Finding.Unclear(FormattableString.Invariant($"status {seen.Status(one)}"));

        static Finding Unknown(WireCase one, Evidence seen) =>
            seen.Refusal(one, Malformed, Forbidden) is { Kind: FindingKind.Stopped } stopped
                ? stopped
                : seen.Closed(one);

        static string Request(string marker, string host) => $"GET /{marker} HTTP/1.1\r\nHost: {host}\r\n\r\n";
    }

    private static IEnumerable<WireCase> NotTls(Field field)
    {
        var secureShell = "SSH-2.0-" + ProxyCases.Marker("P15", "shell") + "\r\n";
        if (field.Tls)
        {
            yield return ProxyCases
                .Make("P15", "shell", (one, seen) => seen.Closed(one))
                .Tcp(Field.Loopback, Field.Proxy)
                .Send(Field.Connect(Field.Canary + ":443"))
                .Head()
                .Send(secureShell)
                .All();
        }

        yield return ProxyCases
            .Make("P15", "captured", (one, seen) => seen.Closed(one))
            .Udp(Field.Loopback, 53)
            .Ask(WireBytes.Query(Field.Canary, 1))
            .Tcp("answer", 443)
            .Send("SSH-2.0-" + ProxyCases.Marker("P15", "captured") + "\r\n")
            .All();

        // Without the right to port 443 the canary has another one.
        yield return Hello("P15", "control", field.Tls ? 443 : field.Tunnel, Field.Canary, patience: StandsMilliseconds)
            .AsControl() with
        {
            Judge = (one, seen) => seen.Passed(one),
        };
    }

    private static IEnumerable<WireCase> Upgrades(Field field)
    {
        const string CleartextHttp2 =
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n";
        yield return ProxyCases
            .Make(
                "P16",
                "upgrade",
                (one, seen) =>
                    seen.Received(one.Name).Contains("h2c", StringComparison.OrdinalIgnoreCase)
                        ? Finding.Through("the canary was asked for HTTP/2")
                    : seen.Arrived(one.Name) ? Finding.Stopped("the upgrade was stripped")
                    : seen.Refusal(one, Malformed, Forbidden)
            )
            .Tcp(Field.Loopback, Field.Proxy)
            .Send(field.Get(Field.Canary, "/" + ProxyCases.Marker("P16", "upgrade"), CleartextHttp2))
            .Head();
        yield return ProxyCases
            .Make("P16", "preface", (one, seen) => seen.Refusal(one, Malformed))
            .Tcp(Field.Loopback, Field.Proxy)
            .Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + ProxyCases.Marker("P16", "preface"))
            .Head();
        yield return Socket("off-policy", "/closed/", (one, seen) => seen.Refusal(one, Forbidden));
        yield return Socket(
                "control",
                "/open/",
                (one, seen) =>
                    seen.Received(one.Name).Contains("websocket", StringComparison.OrdinalIgnoreCase)
                        ? Finding.Through("a WebSocket that a rule allows arrives")
                        : Finding.Unclear("a WebSocket that a rule allows did not arrive")
            )
            .AsControl();

        WireCase Socket(string what, string before, Func<WireCase, Evidence, Finding> judge) =>
            ProxyCases
                .Make("P16", what, judge)
                .Tcp(Field.Loopback, Field.Proxy)
                .Send(field.Get(Field.Narrow, before + ProxyCases.Marker("P16", what), Handshake))
                .Head();
    }

    private static WireCase Hello(
        string attempt,
        string what,
        int port,
        string? name,
        bool encrypted = false,
        int patience = CutMilliseconds
    ) =>
        ProxyCases
            .Make(attempt, what, (one, seen) => seen.Closed(one))
            .Tcp(Field.Loopback, Field.Proxy)
            .Send(Field.Connect(FormattableString.Invariant($"{Field.Canary}:{port}")))
            .Head()
            .Send(WireBytes.ClientHello(ProxyCases.Marker(attempt, what), name, encrypted))
            .All(patience);
}
