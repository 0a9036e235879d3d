using System.Buffers.Binary;
using System.Net.Security;
using System.Text;

namespace Bartizan.EndToEnd.Tests.Egress;

/// <summary>Requests of HTTP/2 inside TLS that is looked into, frame by frame, as no library would send them.</summary>
internal static class Http2Attacks
{
    private const string Misdirected = "it names another host than its connection is for";

    // PROTOCOL_ERROR (RFC 9113, 7), of the stream or of the connection.
    private const string Malformed = "RST_STREAM 1|GOAWAY 1";

    public static IReadOnlyList<EgressAttack> All { get; } =
    [
        Head("another :authority", Layer.ConnectionName, Misdirected, a => Of(a, authority: "evil-mark.org")),
        Head(
            "another host beside :authority",
            Layer.Framing,
            "helloEND",
            a => [.. Of(a, path: "/repos/a"), ("host", "evil-mark.org")]
        ),
        Head("another path", Layer.Policy, "no rule allows it", a => Of(a, path: "/evil-mark")),
        Head("CR LF in a value", Layer.Parser, Malformed, a => [.. Of(a), ("x-a", "b\r\nhost: evil-mark.org")]),
        Head(
            "CR LF in :path",
            Layer.Parser,
            Malformed,
            a => Of(a, path: "/repos/evil-mark HTTP/1.1\r\nHost: evil-mark.org\r\n\r\n")
        ),
        Head("a blank in :method", Layer.Parser, Malformed, a => Of(a, method: "GET /evil-mark")),
        Head("two :path", Layer.Parser, Malformed, a => [.. Of(a), (":path", "/evil-mark")]),
        Head(
            "a pseudo-field after a field",
            Layer.Parser,
            Malformed,
            a => [.. Of(a)[..3], ("x-a", "b"), (":authority", "evil-mark.org")]
        ),
        Head("a pseudo-field that nobody knows", Layer.Parser, Malformed, a => [.. Of(a), (":evil-mark", "1")]),
        Head("a name in upper-case letters", Layer.Parser, Malformed, a => [.. Of(a), ("X-Evil-Mark", "1")]),
        Head("NUL in a name", Layer.Parser, Malformed, a => [.. Of(a), ("x\0evil-mark", "1")]),
        Head("Transfer-Encoding", Layer.Parser, "HTTP/2 knows no", a => [.. Of(a), ("transfer-encoding", "chunked")]),
        Head("Upgrade", Layer.Parser, "HTTP/2 knows no", a => [.. Of(a), ("upgrade", "h2c")]),
        Head("Proxy-Connection", Layer.Parser, "HTTP/2 knows no", a => [.. Of(a), ("proxy-connection", "keep-alive")]),
        Head("Connection", Layer.Parser, Malformed, a => [.. Of(a), ("connection", "upgrade")]),
        Head(
            "a WebSocket by CONNECT",
            Layer.Parser,
            "the method is not one",
            a => [.. Of(a, method: "CONNECT"), (":protocol", "websocket")]
        ),
        Head("no :authority", Layer.ConnectionName, Misdirected, a => [.. Of(a)[..3]]),
        Head("another :scheme", Layer.Parser, Malformed, a => [(":method", "GET"), (":scheme", "ftp"), .. Of(a)[2..]]),
    ];

    private static (string Name, string Value)[] Of(
        Attacker attacker,
        string method = "GET",
        string path = "/repos/evil-mark",
        string? authority = null
    ) =>
        [
            (":method", method),
            (":scheme", "https"),
            (":path", path),
            (":authority", authority ?? $"api.test:{attacker.Ground.Secure}"),
        ];

    private static EgressAttack Head(
        string name,
        Layer layer,
        string evidence,
        Func<Attacker, (string Name, string Value)[]> fields
    ) => new($"{name}, in HTTP/2", layer, evidence, a => AskAsync(a, fields(a)));

    private static async Task<string> AskAsync(Attacker attacker, (string Name, string Value)[] fields)
    {
        var (tls, told) = await Attacker.TlsAsync(
            "api.test",
            attacker.Ground.Secure,
            "api.test",
            SslApplicationProtocol.Http2
        );
        if (tls is null)
        {
            return told;
        }

        await using (tls)
        {
            // HPACK: each field a literal that is never indexed nor packed.
            var block = new List<byte>();
            foreach (var (name, value) in fields)
            {
                block.AddRange([0, (byte)name.Length, .. Encoding.Latin1.GetBytes(name)]);
                block.AddRange([(byte)value.Length, .. Encoding.Latin1.GetBytes(value)]);
            }

            byte[] all =
            [
                .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
                .. Frame(4, 0, 0, []),
                .. Frame(1, 5, 1, [.. block]),
            ];
            await tls.WriteAsync(all);
            return await AnswerAsync(tls);
        }
    }

    // The text of the answer, or how the stream or the connection was ended.
    private static async Task<string> AnswerAsync(SslStream tls)
    {
        var told = new StringBuilder();
        var head = new byte[9];
        using var limit = new CancellationTokenSource(Attacker.Limit);
        try
        {
            while (true)
            {
                await tls.ReadExactlyAsync(head, limit.Token);
                var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
                await tls.ReadExactlyAsync(payload, limit.Token);
                switch (head[3])
                {
                    case 0:
                        told.Append(Encoding.Latin1.GetString(payload));
                        break;
                    case 3:
                        return $"{told}RST_STREAM {BinaryPrimitives.ReadUInt32BigEndian(payload)}";
                    case 7:
                        return $"{told}GOAWAY {BinaryPrimitives.ReadUInt32BigEndian(payload.AsSpan(4))}";
                }

                if (head[3] is 0 or 1 && (head[4] & 1) != 0)
                {
                    return $"{told}END";
                }
            }
        }
        catch (IOException)
        {
            return $"{told}closed";
        }
    }

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        byte[] frame = [0, 0, 0, type, flags, 0, 0, 0, 0, .. payload];
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)payload.Length);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        return frame;
    }
}
