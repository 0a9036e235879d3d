using System.Collections.Frozen;
using System.Text;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// A request's head that was read without doubt: method, where it goes, its fields, how its body ends. The only ways in are
/// the three forms that an entrance takes (RFC 9112, 3.2).
/// </summary>
internal sealed class RequestHead
{
    /// <summary>The longest registered method is UPDATEREDIRECTREF, 17 letters.</summary>
    private const int MaxMethodLength = 20;

    /// <summary>
    /// Fields by which some frameworks take another method, path or host than the first line's and <c>Host</c>: the one that was ruled on
    /// must be the one that is carried out. Only proxies have a reason to send them, and there is none between an agent and this one.
    /// </summary>
    private static readonly FrozenSet<string> SecondReadings = FrozenSet.ToFrozenSet(
        [
            "X-HTTP-Method-Override",
            "X-HTTP-Method",
            "X-Method-Override",
            "X-Original-Method",
            "X-Original-URL",
            "X-Original-URI",
            "X-Rewrite-URL",
            "X-Method",
            "X-Forwarded-Method",
            "X-Forwarded-Prefix",
            "X-Forwarded-URI",
            "X-Forwarded-Host",
            "X-Forwarded-Server",
            "X-Forwarded-Path",
            "X-Original-Host",
            "X-HTTP-Host-Override",
            "X-Host",
            "Forwarded",
        ],
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>
    /// Fields that say where a request ends and whose it is. Servers behind CGI and its like take <c>_</c> for <c>-</c>, and would read in
    /// one that is spelled so what nobody here has read.
    /// </summary>
    private static readonly FrozenSet<string> Framing = FrozenSet.ToFrozenSet(
        ["Transfer-Encoding", "Content-Length", "Content-Type", "Content-Encoding", "Proxy-Authorization"],
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>What is wrong with a request that has such a field.</summary>
    public const string Secondly = "a field names another method, path, host or length than the request does";

    private readonly List<HeadField> _fields;

    private RequestHead(string method, Destination destination, List<HeadField> fields, BodyFraming body, bool http10)
    {
        Method = method;
        Destination = destination;
        _fields = fields;
        Body = body;
        Http10 = http10;
    }

    public string Method { get; }

    public bool IsConnect => Method == "CONNECT";

    public Destination Destination { get; }

    public IReadOnlyList<HeadField> Fields => _fields;

    public BodyFraming Body { get; }

    public bool Http10 { get; }

    /// <summary>The proxy credential as it was sent; null for none.</summary>
    public string? ProxyAuthorization { get; private init; }

    /// <summary>True when the connection may carry another request after this one.</summary>
    public bool KeepAlive { get; private init; }

    /// <summary>True for a WebSocket handshake; every other upgrade is stripped.</summary>
    public bool WebSocket { get; private init; }

    /// <summary>
    /// Reads a head from its first byte to the empty line.
    /// </summary>
    /// <param name="head">The bytes.</param>
    /// <param name="captured">What was dialed, where it was captured; null on a proxy port.</param>
    /// <param name="maxFields">The bound on fields.</param>
    /// <param name="request">The request; null when there is a problem.</param>
    /// <param name="problem">What is wrong with it, without its content.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> head,
        Captured? captured,
        int maxFields,
        out RequestHead? request,
        out string problem
    )
    {
        request = null;
        if (!TrySplitFirstLine(head, out var method, out var target, out var http10, out var rest, out problem))
        {
            return false;
        }

        var fields = new List<HeadField>();
        if (!HeadFields.TryParse(rest, maxFields, fields, out problem))
        {
            return false;
        }

        if (!BodyFraming.TryParse(fields, http10, out var body, out problem))
        {
            return false;
        }

        var host = HeadFields.Single(fields, "Host", out var twoHosts);
        var credential = HeadFields.Single(fields, "Proxy-Authorization", out var twoCredentials);
        if (twoHosts || twoCredentials)
        {
            problem = "the head has two `Host` or two `Proxy-Authorization` fields";
            return false;
        }

        if (!Destination.TryParse(method, target, host, http10, captured, out var destination, out problem))
        {
            return false;
        }

        if (method == "CONNECT" && body is not ({ Kind: BodyKind.None } or { Kind: BodyKind.Length, Length: 0 }))
        {
            problem = "CONNECT has no body";
            return false;
        }

        if (fields.Exists(static field => IsSecondReading(field.Name)))
        {
            problem = Secondly;
            return false;
        }

        var connection = ConnectionOptions.Of(fields);
        request = new RequestHead(method, destination, fields, body, http10)
        {
            ProxyAuthorization = credential,
            KeepAlive = !http10 && !connection.Close,
            WebSocket = !http10 && method == "GET" && connection.Upgrade && IsWebSocket(fields),
        };
        return true;
    }

    /// <summary>True when bytes begin as a request that is captured does: a method, and a path or an asterisk.</summary>
    public static bool LooksLikeHttp(ReadOnlySpan<byte> first)
    {
        var end = first.IndexOfAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZ-"u8);
        return end is > 0 and <= MaxMethodLength
            && first[end] == (byte)' '
            && first.Length > end + 1
            && first[end + 1] is (byte)'/' or (byte)'*';
    }

    /// <summary>True for a field that names a method or path of its own; many servers take `_` for `-` in names.</summary>
    public static bool IsSecondReading(string name)
    {
        var spelled = name.Replace('_', '-');
        return SecondReadings.Contains(spelled) || (spelled != name && Framing.Contains(spelled));
    }

    /// <summary>True for a method that is forwarded: in upper case, and none that sends the request back.</summary>
    public static bool IsMethod(ReadOnlySpan<char> method, out string problem)
    {
        problem = "the method is not one in upper-case letters";
        if (
            method.Length is 0 or > MaxMethodLength
            || method.ContainsAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZ-")
            || method is "CONNECT"
        )
        {
            return false;
        }

        problem = method is "TRACE" or "TRACK" ? "TRACE is not forwarded" : "";
        return problem.Length == 0;
    }

    /// <summary>The same request with a body from which the packing that its head tells of was taken off.</summary>
    public RequestHead Unpacked(int length) =>
        new(
            Method,
            Destination,
            _fields.FindAll(static field => !field.Is("Content-Encoding")),
            Body.Kind == BodyKind.Length ? Body with { Length = length } : Body,
            Http10
        )
        {
            ProxyAuthorization = ProxyAuthorization,
            KeepAlive = KeepAlive,
            WebSocket = WebSocket,
        };

    /// <summary>The head to send: what was decided, and the fields that are the other side's business.</summary>
    public byte[] ToUpstream()
    {
        var text = new StringBuilder();
        text.Append(Method).Append(' ').Append(Destination.Path).Append(Destination.Query).Append(" HTTP/1.1\r\n");
        text.Append("Host: ").Append(Destination.Authority).Append("\r\n");
        ConnectionOptions.AppendEndToEnd(text, _fields);
        switch (Body.Kind)
        {
            case BodyKind.Chunked:
                text.Append("Transfer-Encoding: chunked\r\n");
                break;
            case BodyKind.Length:
                text.Append("Content-Length: ").Append(Body.Length).Append("\r\n");
                break;
        }

        text.Append(WebSocket ? "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n" : "Connection: close\r\n\r\n");
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    private static bool IsWebSocket(List<HeadField> fields) =>
        HeadFields.Single(fields, "Upgrade", out _) is { } upgrade
        && upgrade.Equals("websocket", StringComparison.OrdinalIgnoreCase);

    private static bool TrySplitFirstLine(
        ReadOnlySpan<byte> head,
        out string method,
        out string target,
        out bool http10,
        out ReadOnlySpan<byte> rest,
        out string problem
    )
    {
        (method, target, http10, problem) = ("", "", false, "the first line is not `METHOD target HTTP/1.1`");
        rest = default;
        var end = head.IndexOf("\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        var line = head[..end];
        rest = head[(end + 2)..];
        var first = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last == first)
        {
            return false;
        }

        var version = line[(last + 1)..];
        http10 = version.SequenceEqual("HTTP/1.0"u8);
        if (!http10 && !version.SequenceEqual("HTTP/1.1"u8))
        {
            return false;
        }

        foreach (var b in line[(first + 1)..last])
        {
            if (b is <= 0x20 or >= 0x7F)
            {
                problem = "the target holds a character that no URL has";
                return false;
            }
        }

        // A rule names methods in upper case, so a method in lower case could only be one that the rules don't mean.
        var name = line[..first];
        if (name.Length > MaxMethodLength || name.IndexOfAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZ-"u8) >= 0)
        {
            problem = "the method is not one in upper-case letters";
            return false;
        }

        // TRACE sends the request back, with whatever was added on the way.
        if (name.SequenceEqual("TRACE"u8) || name.SequenceEqual("TRACK"u8))
        {
            problem = "TRACE is not forwarded";
            return false;
        }

        method = Encoding.ASCII.GetString(name);
        target = Encoding.ASCII.GetString(line[(first + 1)..last]);
        problem = "";
        return true;
    }
}
