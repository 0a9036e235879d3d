using System.Globalization;
using System.Text;

namespace Bartizan.Daemon.SelfTest;

/// <summary>P01 to P08, P12 to P14, P17, P29, P30: what the proxy must not be talked into.</summary>
internal static class ProxyCases
{
    private const int Malformed = 400;
    private const int Forbidden = 403;

    public static IEnumerable<WireCase> All(Field field) =>
        [.. Names(field), .. Addresses(field), .. Requests(field), .. Framing(field), .. Fields(field)];

    // P01, P02, P03, P07, P08, P14: CONNECT to what no rule names, in every spelling.
    private static IEnumerable<WireCase> Names(Field field)
    {
        var port = field.Tunnel.ToString(CultureInfo.InvariantCulture);
        yield return Tunnel("P01", "denied", $"{Field.Denied}:{port}", Forbidden) with
        {
            Judge = (one, seen) =>
                seen.Refusal(one, Forbidden) is { Kind: FindingKind.Stopped } stopped && !seen.Recorded(Field.Denied)
                    ? Finding.Unclear("refused, but not recorded")
                    : seen.Refusal(one, Forbidden),
        };
        yield return Tunnel("P02", "v4", $"{Field.Address}:{port}", Forbidden);
        yield return Tunnel("P02", "v6", FormattableString.Invariant($"[::1]:{field.TunnelSix}"), Forbidden);
        yield return Tunnel("P02", "mapped", $"[::ffff:{Field.Address}]:{port}", Malformed, Forbidden);
        yield return Tunnel("P03", "decimal", $"2134441985:{port}", Malformed, Forbidden);
        yield return Tunnel("P03", "octal", $"0177.57.0.1:{port}", Malformed, Forbidden);
        yield return Tunnel("P03", "hex", $"0x7f.57.0.1:{port}", Malformed, Forbidden);
        yield return Tunnel("P03", "short", $"127.57.1:{port}", Malformed, Forbidden);
        yield return Tunnel("P07", "nul", $"{Field.Canary}\0.{Field.Denied}:{port}", Malformed);
        yield return Tunnel("P07", "line", $"{Field.Canary}\r\nX: .{Field.Denied}:{port}", Malformed);
        yield return Tunnel("P07", "space", $"{Field.Canary} .{Field.Denied}:{port}", Malformed);
        yield return Tunnel("P07", "percent-nul", $"{Field.Canary}%00.{Field.Denied}:{port}", Malformed);
        yield return Tunnel("P07", "percent-dot", $"canary%2etest:{port}", Malformed);
        yield return Tunnel("P07", "user", $"{Field.Canary}@{Field.Denied}:{port}", Malformed);
        yield return Tunnel("P08", "prefix", $"evil-{Field.Canary}:{port}", Forbidden);
        yield return Tunnel("P08", "suffix", $"{Field.Canary}.evil:{port}", Forbidden);
        yield return Tunnel("P08", "below", $"evil.{Field.Canary}:{port}", Forbidden);
        yield return Tunnel("P08", "homograph", $"c\u00e1nary.test:{port}", Malformed);
        yield return Tunnel("P08", "punycode", $"xn--cnary-4nf.test:{port}", Forbidden, Malformed);
        foreach (var other in new[] { "22", "25", "3306" })
        {
            yield return Tunnel("P14", "port-" + other, $"{Field.Canary}:{other}", Forbidden);
        }

        foreach (var attempt in new[] { "P01", "P02", "P03", "P07", "P08", "P14" })
        {
            yield return Tunnel(attempt, "control", $"{Field.Canary}:{port}") with
            {
                IsControl = true,
                Judge = (one, seen) => seen.Passed(one),
            };
        }
    }

    // P04, P05, P06: an allowed name that leads inside.
    private static IEnumerable<WireCase> Addresses(Field field)
    {
        for (var i = 0; i < GuardedAddresses.All.Length; i++)
        {
            var (attempt, address) = GuardedAddresses.All[i];
            var host = GuardedAddresses.NameOf(i, field);
            yield return Plain(attempt, "leads-to-" + address, field, host, Forbidden);
        }

        yield return Plain("P04", "control", field, Field.Canary) with
        {
            IsControl = true,
            Judge = (one, seen) => seen.Passed(one),
        };
        yield return Plain("P06", "control", field, Field.Canary) with
        {
            IsControl = true,
            Judge = (one, seen) => seen.Passed(one),
        };
        yield return Control("P05", field);
        yield return Plain("P05", "once", field, Field.Changing) with
        {
            // One question, and what was dialed is its answer: the second answer, another address, is never used.
            Judge = (one, seen) =>
                !seen.Arrived(one.Name) ? Finding.Unclear("the first address was not reached")
                : seen.Asked(Field.Changing) == 1 ? Finding.Stopped("asked once, dialed the answer")
                : Finding.Through($"asked {seen.Asked(Field.Changing)} times for one action"),
        };
    }

    // P12, P17, P30: one request, one decision.
    private static IEnumerable<WireCase> Requests(Field field)
    {
        var path = "/" + Marker("P12", "host");
        yield return Make("P12", "host", (one, seen) => seen.Refusal(one, Malformed))
            .Tcp(Field.Loopback, Field.Proxy)
            .Send(
                FormattableString.Invariant(
                    $"GET http://{Field.Canary}:{field.Http}{path} HTTP/1.1\r\nHost: {Field.Denied}\r\n\r\n"
                )
            )
            .Head();
        yield return Control("P12", field);
        yield return Make(
                "P17",
                "followed",
                (one, seen) =>
                    seen.Arrived(one.Name) ? Finding.Through("the redirect was followed")
                    : !seen.AnswerText(one).Contains("302", StringComparison.Ordinal)
                        ? Finding.Unclear("the redirect did not come")
                    : seen.Status(one) == Forbidden ? Finding.Stopped("302 passed on, then 403")
                    : Finding.Unclear(FormattableString.Invariant($"302, then {seen.Status(one)}"))
            )
            .Tcp(Field.Loopback, Field.Proxy)
            .Send(field.Get(Field.Canary, "/redirect", "Connection: close\r\n"))
            .All()
            .Tcp(Field.Loopback, Field.Proxy)
            .Send(field.Get(Field.Denied, "/" + Marker("P17", "followed")))
            .Head();
        yield return Control("P17", field);
        yield return Plain("P30", "method", field, Field.Narrow, Forbidden, "POST", "/open/");
        yield return Plain("P30", "path", field, Field.Narrow, Forbidden, "GET", "/gists/");
        yield return Plain("P30", "dots", field, Field.Narrow, Forbidden, "GET", "/open/../gists/");
        yield return Plain("P30", "percent-dots", field, Field.Narrow, Forbidden, "GET", "/open/%2e%2e/gists/");
        yield return Plain("P30", "control", field, Field.Narrow, 0, "GET", "/open/") with
        {
            IsControl = true,
            Judge = (one, seen) => seen.Passed(one),
        };
    }

    // P13: two readings of one request.
    private static IEnumerable<WireCase> Framing(Field field)
    {
        var second = (string what) => field.Get(Field.Denied, "/" + Marker("P13", what), "Connection: close\r\n");
        yield return Raw("two-lengths", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n");
        yield return Raw("length-twice", "Content-Length: 0\r\nContent-Length: 5\r\n", "");
        yield return Raw("folded", "X-One: a\r\n b\r\n", "");
        yield return Raw("space-colon", "Transfer-Encoding : chunked\r\n", "0\r\n\r\n");
        yield return Make("P13", "bare-line-feed", (one, seen) => seen.Refusal(one, Malformed))
            .Tcp(Field.Loopback, Field.Proxy)
            .Send(
                field.Get(Field.Canary, "/first").Replace("\r\n", "\n", StringComparison.Ordinal)
                    + second("bare-line-feed")
            )
            .Head();
        yield return Make(
                "P13",
                "second-request",
                (one, seen) =>
                    seen.Arrived(one.Name) ? Finding.Through("the second request reached the canary")
                    : seen.Status(one) is Forbidden or 200 ? Finding.Stopped("each request was decided by itself")
                    : Finding.Unclear(FormattableString.Invariant($"status {seen.Status(one)}"))
            )
            .Tcp(Field.Loopback, Field.Proxy)
            .Send(field.Get(Field.Canary, "/first") + second("second-request"))
            .All();
        yield return Control("P13", field);

        WireCase Raw(string what, string fields, string body) =>
            Make("P13", what, (one, seen) => seen.Refusal(one, Malformed))
                .Tcp(Field.Loopback, Field.Proxy)
                .Send(field.Get(Field.Canary, "/first", fields, "POST") + body + second(what))
                .Head();
    }

    // P29: what is between the agent and the proxy stays there.
    private static IEnumerable<WireCase> Fields(Field field)
    {
        const string Hidden = "carried-by-hop";
        var fields = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"Proxy-Authorization: Bearer {field.Token}\r\n")
            .Append(
                CultureInfo.InvariantCulture,
                $"Connection: X-Hop\r\nX-Hop: {Hidden}\r\nProxy-Connection: {Hidden}\r\n"
            )
            .Append(CultureInfo.InvariantCulture, $"Keep-Alive: {Hidden}\r\nTE: {Hidden}\r\nX-Plain: end-to-end\r\n")
            .ToString();
        yield return Make(
                "P29",
                "stripped",
                (one, seen) =>
                    seen.Received(one.Name) is not { Length: > 0 } request
                        ? Finding.Unclear("the request did not arrive")
                    : request.Contains(field.Token, StringComparison.Ordinal)
                        ? Finding.Through("the session's token reached the canary")
                    : request.Contains(Hidden, StringComparison.Ordinal)
                        ? Finding.Through("a hop's field reached the canary")
                    : Finding.Stopped("stripped")
            )
            .Tcp(Field.Loopback, Field.Proxy)
            .Send(field.Get(Field.Canary, "/" + Marker("P29", "stripped"), fields))
            .Head();
        yield return Make(
                "P29",
                "control",
                (one, seen) =>
                    seen.Received(one.Name).Contains("end-to-end", StringComparison.Ordinal)
                        ? Finding.Through("an ordinary field arrives")
                        : Finding.Unclear("an ordinary field did not arrive")
            )
            .Tcp(Field.Loopback, Field.Proxy)
            .Send(field.Get(Field.Canary, "/" + Marker("P29", "control"), "X-Plain: end-to-end\r\n"))
            .Head()
            .AsControl();
    }

    internal static string Marker(string attempt, string what) => $"{attempt}-{what}-mark";

    internal static WireCase Make(string attempt, string what, Func<WireCase, Evidence, Finding> judge) =>
        new()
        {
            Attempt = attempt,
            Name = Marker(attempt, what),
            Judge = judge,
        };

    internal static WireCase Control(string attempt, Field field) =>
        Plain(attempt, "control", field, Field.Canary) with
        {
            IsControl = true,
            Judge = (one, seen) => seen.Passed(one),
        };

    private static WireCase Tunnel(string attempt, string what, string authority, params int[] statuses) =>
        Make(attempt, what, (one, seen) => seen.Refusal(one, [.. statuses]))
            .Tcp(Field.Loopback, Field.Proxy)
            .Send(Field.Connect(authority))
            .Head()
            .Send(Marker(attempt, what));

    private static WireCase Plain(
        string attempt,
        string what,
        Field field,
        string host,
        int status = 0,
        string method = "GET",
        string before = "/"
    ) =>
        Make(attempt, what, (one, seen) => seen.Refusal(one, status))
            .Tcp(Field.Loopback, Field.Proxy)
            .Send(field.Get(host, before + Marker(attempt, what), "", method))
            .Head();
}
