using System.Globalization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// Where a request goes, in canonical form. What is decided is made of it, and so is what is dialed and sent: there is no
/// second reading.
/// </summary>
/// <param name="Host">The host.</param>
/// <param name="Port">The port.</param>
/// <param name="Path">The normalised path; empty for CONNECT.</param>
/// <param name="Query">The query with its question mark, as it was sent; empty for none.</param>
internal sealed record Destination(HostName Host, int Port, string Path, string Query)
{
    private const int HttpPort = 80;
    private const int MaxPort = 65535;
    private const int MaxPortDigits = 5;
    private const string Cleartext = "http://";

    /// <summary>As a Host field says it.</summary>
    public string Authority => Port == HttpPort ? Host.ToString() : $"{Host}:{Port}";

    /// <summary>Reads the target of the one form that the method and the entrance have, and holds Host against it.</summary>
    public static bool TryParse(
        string method,
        string target,
        string? hostField,
        bool http10,
        Captured? captured,
        out Destination destination,
        out string problem
    )
    {
        destination = null!;
        if (method == "CONNECT")
        {
            if (captured is not null)
            {
                problem = "CONNECT is for the proxy's own port";
                return false;
            }

            if (!TryParseAuthority(target, 0, out var host, out var port, out problem))
            {
                return false;
            }

            destination = new Destination(host, port, "", "");
            return HoldAgainst(hostField, host, port, required: false, out problem);
        }

        if (captured is not null)
        {
            return TryParsePath(target, captured.Host, captured.Port, out destination, out problem)
                && HoldAgainst(hostField, captured.Host, captured.Port, required: true, out problem);
        }

        return TryParseUrl(target, out destination, out problem)
            && HoldAgainst(hostField, destination.Host, destination.Port, required: !http10, out problem);
    }

    private static bool TryParseUrl(string target, out Destination destination, out string problem)
    {
        destination = null!;
        if (!target.StartsWith(Cleartext, StringComparison.OrdinalIgnoreCase))
        {
            problem = "the target is not an `http://` URL; for https use CONNECT";
            return false;
        }

        var rest = target.AsSpan(Cleartext.Length);
        var end = rest.IndexOfAny('/', '?');
        var authority = end < 0 ? rest : rest[..end];
        if (!TryParseAuthority(authority, HttpPort, out var host, out var port, out problem))
        {
            return false;
        }

        var path = end < 0 ? "/" : rest[end..].ToString();
        return TryParsePath(path[0] == '?' ? "/" + path : path, host, port, out destination, out problem);
    }

    /// <summary>Reads the path and query of a target that begins with a slash.</summary>
    public static bool TryParsePath(
        string target,
        HostName host,
        int port,
        out Destination destination,
        out string problem
    )
    {
        destination = null!;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var (raw, query) = question < 0 ? (target, "") : (target[..question], target[question..]);
        if (target.Contains('#', StringComparison.Ordinal) || target.Contains('\\', StringComparison.Ordinal))
        {
            problem = "the target holds a `#` or a `\\`";
            return false;
        }

        if (!UrlPath.TryNormalize(raw, out var path, out problem))
        {
            problem = "the path " + problem;
            return false;
        }

        destination = new Destination(host, port, path, query);
        return true;
    }

    /// <summary>host, host:port or [address]:port; a port is needed when there is no default. No userinfo, no percent.</summary>
    public static bool TryParseAuthority(
        ReadOnlySpan<char> text,
        int defaultPort,
        out HostName host,
        out int port,
        out string problem
    )
    {
        (host, port) = (null!, defaultPort);
        var colon = text.LastIndexOf(':');
        var bracket = text.LastIndexOf(']');
        if (bracket < 0 && text.Count(':') > 1)
        {
            problem = "an IPv6 address stands in brackets";
            return false;
        }

        var name = colon > bracket ? text[..colon] : text;
        if ((colon > bracket && !TryParsePort(text[(colon + 1)..], out port)) || port == 0)
        {
            problem = "the port is not a number from 1 to 65535";
            return false;
        }

        if (bracket >= 0 && (name[0] != '[' || name[^1] != ']'))
        {
            problem = "the brackets of the address are not around it";
            return false;
        }

        if (!HostName.TryParse(name, out host, out problem))
        {
            problem = "the host " + problem;
            return false;
        }

        return true;
    }

    private static bool TryParsePort(ReadOnlySpan<char> text, out int port)
    {
        port = 0;
        return text.Length is > 0 and <= MaxPortDigits
            && text[0] != '0'
            && !text.ContainsAnyExceptInRange('0', '9')
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port <= MaxPort;
    }

    private static bool HoldAgainst(string? field, HostName host, int port, bool required, out string problem)
    {
        problem = "";
        if (field is null)
        {
            problem = required ? "there is no `Host` field" : "";
            return !required;
        }

        // A client that names no port means the scheme's; for CONNECT it means the target's.
        var fallback = required || port == HttpPort ? HttpPort : port;
        if (
            TryParseAuthority(field, fallback, out var said, out var saidPort, out _)
            && said == host
            && saidPort == port
        )
        {
            return true;
        }

        problem = "`Host` names another host than the request goes to";
        return false;
    }
}
