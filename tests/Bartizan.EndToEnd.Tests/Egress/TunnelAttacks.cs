using Bartizan.Gateway.Tests.Egress;

namespace Bartizan.EndToEnd.Tests.Egress;

/// <summary>What a tunnel carries against what it was opened for: the name in TLS, and whether it is TLS at all.</summary>
internal static class TunnelAttacks
{
    private const string Good = "good.tunnel.test";

    private const string Other = $"{EgressAttack.Mark}.org";

    private static readonly (string Name, byte[] Bytes)[] _hellos =
    [
        ("another name in TLS (domain fronting)", Hello.For(Other)),
        ("another name in TLS, in records of three bytes", Hello.For(Other, 3)),
        ("a name below the allowed one in TLS", Hello.For($"{EgressAttack.Mark}.{Good}")),
        ("no name in TLS", Hello.For(null)),
        ("two names in one extension", Hello.For(null, int.MaxValue, (0, Hello.ServerName(Good, Other)))),
        ("two extensions of names", Hello.For(Good, int.MaxValue, (0, Hello.ServerName(Other)))),
        ("an encrypted ClientHello", Hello.For(Good, int.MaxValue, (0xFE0D, [0, 0, 1, 0, 1, 7, 0, 1, 2, 0, 1, 3]))),
        ("encrypted SNI", Hello.For(Good, int.MaxValue, (0xFFCE, [1, 2, 3]))),
        ("NUL in the name in TLS", Hello.For($"{Good}\0.{Other}")),
        ("an address as the name in TLS", Hello.For("127.0.0.1")),
    ];

    private static readonly (string Name, byte[] Bytes)[] _others =
    [
        ("SSH on port 443", [.. "SSH-2.0-evil-mark\r\n"u8]),
        ("HTTP in the clear on port 443", [.. "POST /evil-mark HTTP/1.1\r\nHost: good.tunnel.test\r\n\r\n"u8]),
        ("TLS's application data without a handshake", [23, 3, 3, 0, 9, .. "evil-mark"u8]),
        ("a hello of SSL 2", [128, 46, 1, 3, 1, .. "evil-mark"u8]),
        ("a ServerHello", Hello.Records([2, 0, 0, 11, 3, 3, .. "evil-mark"u8], int.MaxValue)),
    ];

    public static IReadOnlyList<EgressAttack> All { get; } =
    [
        .. _hellos.Select(h => new EgressAttack(
            $"{h.Name}, in a tunnel",
            Layer.TlsName,
            "tunnel, then ConnectionReset",
            a => a.TunnelAsync($"{Good}:{a.Ground.Raw}", h.Bytes)
        )),
        .. _hellos.Select(h => new EgressAttack(
            $"{h.Name}, captured",
            Layer.TlsName,
            Alert,
            a => a.CapturedAsync(Good, 443, h.Bytes)
        )),
        .. _others.Select(o => new EgressAttack(
            o.Name,
            Layer.TlsName,
            Alert,
            a => a.CapturedAsync(Good, 443, o.Bytes)
        )),
        new(
            "a hello that rides behind CONNECT",
            Layer.TlsName,
            "200 Connection established",
            async a =>
            {
                byte[] both =
                [
                    .. Attacker.Bytes($"CONNECT {Good}:{a.Ground.Raw} HTTP/1.1\r\n\r\n"),
                    .. Hello.For(Other),
                ];
                return await a.SendAsync(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 3128), both);
            }
        ),
        new(
            "a tunnel to a host whose requests are looked at, for the bytes of something else",
            Layer.TlsName,
            "tunnel, then",
            a => a.TunnelAsync($"api.test:{a.Ground.Secure}", [.. "SSH-2.0-evil-mark\r\n"u8])
        ),
    ];

    /// <summary>TLS alert access_denied, fatal.</summary>
    public const string Refused = "\u0015\u0003\u0003\0\u0002\u00021";

    // TLS alert unrecognized_name, fatal.
    private const string Alert = "\u0015\u0003\u0003\0\u0002\u0002p";
}
