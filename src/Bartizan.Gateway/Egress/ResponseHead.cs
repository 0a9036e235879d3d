using System.Text;

namespace Bartizan.Gateway.Egress;

/// <summary>An answer's head, read as strictly as a request's: the agent's client must not see other borders than we do.</summary>
internal sealed class ResponseHead
{
    private const int SwitchingProtocols = 101;
    private const int NoContent = 204;
    private const int NotModified = 304;

    private readonly List<HeadField> _fields;
    private readonly string _reason;

    private ResponseHead(int status, string reason, List<HeadField> fields, BodyFraming body)
    {
        Status = status;
        _reason = reason;
        _fields = fields;
        Body = body;
    }

    public int Status { get; }

    public BodyFraming Body { get; }

    public bool IsInterim => Status < 200 && Status != SwitchingProtocols;

    public bool IsSwitch => Status == SwitchingProtocols;

    /// <summary>Reads a head from its first byte to the empty line.</summary>
    public static bool TryParse(
        ReadOnlySpan<byte> head,
        string method,
        int maxFields,
        out ResponseHead? response,
        out string problem
    )
    {
        response = null;
        problem = "the first line is not `HTTP/1.1 status`";
        var end = head.IndexOf("\r\n"u8);
        if (end < 0 || !TryParseStatus(head[..end], out var status, out var http10, out var reason))
        {
            return false;
        }

        var fields = new List<HeadField>();
        if (
            !HeadFields.TryParse(head[(end + 2)..], maxFields, fields, out problem)
            || !BodyFraming.TryParse(fields, http10, out var body, out problem)
        )
        {
            return false;
        }

        // RFC 9112, 6.3: these have no body whatever their fields say.
        var bodiless = method == "HEAD" || status < 200 || status is NoContent or NotModified;
        var untold = body.Kind == BodyKind.None;
        response = new ResponseHead(
            status,
            reason,
            fields,
            bodiless ? BodyFraming.None
                : untold ? BodyFraming.UntilClose
                : body
        );
        return true;
    }

    /// <summary>The head to send on.</summary>
    /// <param name="framing">How the body will be framed towards the client.</param>
    /// <param name="close">True when the connection ends with this answer.</param>
    public byte[] ToClient(BodyFraming framing, bool close)
    {
        var text = new StringBuilder();
        text.Append("HTTP/1.1 ").Append(Status).Append(' ').Append(_reason).Append("\r\n");
        ConnectionOptions.AppendEndToEnd(text, _fields);
        if (framing.Kind == BodyKind.Chunked)
        {
            text.Append("Transfer-Encoding: chunked\r\n");
        }
        else if (LengthToSay(framing) is { } length)
        {
            text.Append("Content-Length: ").Append(length).Append("\r\n");
        }

        if (IsSwitch)
        {
            text.Append("Connection: Upgrade\r\nUpgrade: websocket\r\n");
        }
        else if (close && !IsInterim)
        {
            text.Append("Connection: close\r\n");
        }

        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }

    private string? LengthToSay(BodyFraming framing) =>
        framing.Kind switch
        {
            BodyKind.Length => framing.Length.ToString(System.Globalization.CultureInfo.InvariantCulture),

            // The answer to HEAD says how long the body would have been.
            BodyKind.None when Status is >= 200 and not NoContent => HeadFields.Single(
                _fields,
                "Content-Length",
                out _
            ),
            _ => null,
        };

    private static bool TryParseStatus(ReadOnlySpan<byte> line, out int status, out bool http10, out string reason)
    {
        (status, http10, reason) = (0, false, "");
        http10 = line.StartsWith("HTTP/1.0 "u8);
        if ((!http10 && !line.StartsWith("HTTP/1.1 "u8)) || line.Length < 12)
        {
            return false;
        }

        var (a, b, c) = (line[9] - '0', line[10] - '0', line[11] - '0');
        if (a is < 1 or > 5 || b is < 0 or > 9 || c is < 0 or > 9 || (line.Length > 12 && line[12] != ' '))
        {
            return false;
        }

        status = (a * 100) + (b * 10) + c;
        foreach (var octet in line)
        {
            if (octet is < 0x20 or 0x7F)
            {
                return false;
            }
        }

        reason = line.Length > 13 ? Encoding.Latin1.GetString(line[13..]) : "";
        return true;
    }
}
