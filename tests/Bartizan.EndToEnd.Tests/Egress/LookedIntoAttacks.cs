namespace Bartizan.EndToEnd.Tests.Egress;

/// <summary>Requests inside TLS that is looked into, to a host of which a rule allows one path.</summary>
internal static class LookedIntoAttacks
{
    private const string Unreadable = "400 Bad Request";

    private const string Misdirected = "it names another host than its connection is for";

    private const string Hidden = "GET /repos/evil-mark HTTP/1.1\r\nHost: api.test\r\n\r\n";

    private const string Placeholder = "a placeholder stands where no rule puts its credential";

    public static IReadOnlyList<EgressAttack> All { get; } =
    [
        Line("another host in Host", Layer.ConnectionName, Misdirected, "GET /repos/evil-mark", "evil-mark.org"),
        Line("another port in Host", Layer.ConnectionName, Misdirected, "GET /repos/evil-mark", "api.test:1"),
        Line("a trailing dot in Host", Layer.ConnectionName, Misdirected, "GET /repos/evil-mark", "api.test.:{port}"),
        Line("a user in Host", Layer.Parser, Unreadable, "GET /repos/evil-mark", "api.test@evil-mark.org"),
        Line("another host in the absolute form", Layer.Parser, Unreadable, "GET https://evil-mark.org/repos/a"),
        Line("CONNECT within TLS", Layer.Parser, "40", "CONNECT evil-mark.org:443", "evil-mark.org:443"),
        Line("TRACE within TLS", Layer.Parser, "40", "TRACE /repos/evil-mark"),
        Line("another path", Layer.Policy, "no rule allows it", "GET /evil-mark"),
        Line("another method", Layer.Policy, "no rule allows it", "DELETE /repos/evil-mark"),
        Line("a path that goes up", Layer.Policy, "no rule allows it", "GET /repos/../evil-mark"),
        Line("a path that goes up, in percent form", Layer.Policy, "no rule allows it", "GET /repos/%2e%2e/evil-mark"),
        Line("a path that goes up, behind a parameter", Layer.Parser, Unreadable, "GET /repos/..;/evil-mark"),
        Line("a path with a slash in percent form", Layer.Parser, Unreadable, "GET /repos/..%2fevil-mark"),
        Line("a path with percent forms twice", Layer.Parser, Unreadable, "GET /repos/%252e%252e/evil-mark"),
        Line("a path with a backslash", Layer.Parser, Unreadable, "GET /repos/..\\evil-mark"),
        Line("a path with NUL in percent form", Layer.Parser, Unreadable, "GET /repos/evil-mark%00"),
        Line("an empty segment", Layer.Parser, Unreadable, "GET /repos//evil-mark"),
        Fields("two Host fields", "Host: evil-mark.org\r\n"),
        Fields("a second method in a field", "X-HTTP-Method-Override: DELETE\r\n"),
        Fields("a second method in a field with underscores", "X_HTTP_METHOD_OVERRIDE: DELETE\r\n"),
        Fields("a second path in a field", "X-Rewrite-URL: /evil-mark\r\n"),
        Fields("a second host in a field", "X-Forwarded-Host: evil-mark.org\r\n"),
        Fields("a folded field", "A: b\r\n c\r\n"),
        Fields("a blank before the colon", "A : b\r\n"),
        Fields("NUL within a field", "A: b\0c\r\n"),
        Fields("two lengths", "Content-Length: 3\r\nContent-Length: 4\r\n"),
        Fields("Content-Length and Transfer-Encoding", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
        Fields("two codings", "Transfer-Encoding: chunked, identity\r\n"),
        Fields("a negative length", "Content-Length: -3\r\n"),
        new(
            "TLS within TLS",
            Layer.Parser,
            Unreadable,
            a => a.LookedAsync("\u0016\u0003\u0001\u0000\u0005evil-mark\r\n\r\n")
        ),
        new(
            "a pipelined request to another path",
            Layer.Policy,
            "200 OK + 403 Forbidden",
            a =>
                a.LookedAsync(
                    $"GET /repos/a HTTP/1.1\r\nHost: api.test:{a.Ground.Secure}\r\n\r\n"
                        + $"GET /evil-mark HTTP/1.1\r\nHost: api.test:{a.Ground.Secure}\r\nConnection: close\r\n\r\n"
                )
        ),
        new(
            "a request within a request's body",
            Layer.Framing,
            "hello",
            a =>
                a.LookedAsync(
                    $"POST /quiet/a HTTP/1.1\r\nHost: api.test:{a.Ground.Secure}\r\nConnection: close\r\nContent-Length: {Hidden.Length}\r\n\r\n{Hidden}"
                )
        ),
        new(
            "another name in TLS than in the tunnel",
            Layer.TlsName,
            "no TLS",
            a => a.LookedAsync("GET /repos/evil-mark HTTP/1.1\r\n\r\n", name: "evil-mark.org")
        ),
        new(
            "a host whose certificate nobody vouches for",
            Layer.Certificate,
            "no authority that is trusted here vouches",
            a => a.LookedAsync(To("stranger.test", a.Ground.Stranger), "stranger.test", a.Ground.Stranger)
        ),
        new(
            "a host whose certificate is for another name",
            Layer.Certificate,
            "is for another name",
            a => a.LookedAsync(To("misnamed.test", a.Ground.Misnamed), "misnamed.test", a.Ground.Misnamed)
        ),
        // The placeholder of a credential, anywhere but in its place.
        Lent("a placeholder to another path", "GET /repos/a?evil-mark={token}", ""),
        Lent("a placeholder in the address", "GET /lent/a?evil-mark={token}", ""),
        Lent("a placeholder in another field", "GET /lent/a", "X-Data: evil-mark {token}\r\n"),
        Lent("a placeholder in Base64", "GET /repos/a?evil-mark={base64}", ""),
        Lent("a placeholder in hexadecimal digits", "GET /repos/a?evil-mark={hex}", ""),
        Lent("a placeholder in a cookie", "GET /repos/a", "Cookie: evil-mark={token}\r\n"),
        new(
            "a placeholder in the clear",
            Layer.Injection,
            Placeholder,
            a => a.PlainAsync($"X-Data: evil-mark {Token}\r\n", method: "GET")
        ),
    ];

    private static string Token => Environment.GetEnvironmentVariable("LENT_TOKEN")!;

    private static string To(string host, int port) =>
        $"GET /repos/evil-mark HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n";

    private static EgressAttack Line(
        string name,
        Layer layer,
        string evidence,
        string line,
        string host = "api.test:{port}"
    ) =>
        new(
            $"{name}, in TLS",
            layer,
            evidence,
            a =>
                a.LookedAsync(
                    $"{line} HTTP/1.1\r\nHost: {host.Replace("{port}", $"{a.Ground.Secure}", StringComparison.Ordinal)}\r\nConnection: close\r\n\r\n"
                )
        );

    private static EgressAttack Fields(string name, string fields) =>
        new(
            $"{name}, in TLS",
            Layer.Parser,
            "40",
            a =>
                a.LookedAsync(
                    $"POST /repos/evil-mark HTTP/1.1\r\nHost: api.test:{a.Ground.Secure}\r\nConnection: close\r\n{fields}\r\n0\r\n\r\n"
                )
        );

    private static EgressAttack Lent(string name, string line, string fields) =>
        new(
            name,
            Layer.Injection,
            Placeholder,
            a =>
                a.LookedAsync(
                    $"{Filled(line)} HTTP/1.1\r\nHost: api.test:{a.Ground.Secure}\r\nConnection: close\r\n{Filled(fields)}\r\n"
                )
        );

    private static string Filled(string text) =>
        text.Replace("{token}", Token, StringComparison.Ordinal)
            .Replace("{base64}", Convert.ToBase64String(Attacker.Bytes(Token)), StringComparison.Ordinal)
            .Replace("{hex}", Convert.ToHexString(Attacker.Bytes(Token)), StringComparison.Ordinal);
}
