using System.Globalization;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Policies;

/// <summary><c>METHOD url</c>; <c>* **</c> is everything.</summary>
internal sealed class HttpPattern : TargetPattern
{
    private readonly string? _method;
    private readonly string? _scheme;
    private readonly int? _port;
    private readonly SegmentPattern? _path;
    private readonly string? _literalPath;

    private HttpPattern(
        string? method,
        string? scheme,
        HostPattern host,
        int? port,
        string path,
        SegmentPattern? segments
    )
    {
        _method = method;
        _scheme = scheme;
        _port = port;
        _path = segments;
        _literalPath = segments is { IsLiteral: true } ? path : null;
        Host = host;
        var shownPort = port?.ToString(CultureInfo.InvariantCulture) ?? "*";
        Canonical =
            $"{method ?? "*"} {scheme ?? "*"}://{host.Canonical}:{shownPort}{(segments is null ? "/**" : path)}";
    }

    /// <summary>The host.</summary>
    public HostPattern Host { get; }

    /// <summary>The method; null for every one.</summary>
    public string? Method => _method;

    /// <summary>The scheme; null for both.</summary>
    public string? Scheme => _scheme;

    /// <summary>The port; null for every one.</summary>
    public int? Port => _port;

    /// <summary>The path below its first slash; null for every path.</summary>
    public SegmentPattern? Path => _path;

    /// <summary>True when requests by https can match.</summary>
    public bool ReachesHttps => _scheme is null or "https";

    /// <summary>True when every method and path of the host matches, so that a tunnel can stand for it.</summary>
    public bool IsWholeHost => _method is null && _path is null;

    /// <inheritdoc/>
    public override bool IsWide => Host.IsWide;

    /// <inheritdoc/>
    public override string Canonical { get; }

    /// <inheritdoc/>
    public override ActionTarget? Literal =>
        _method is not null
        && _scheme is not null
        && Host.Exact is { } host
        && _port is { } port
        && _literalPath is { } path
            ? new HttpTarget(_method, _scheme, host, port, path)
            : null;

    /// <inheritdoc/>
    public override bool Matches(ActionTarget target) =>
        target is HttpTarget http
        && (_method is null || string.Equals(_method, http.Method, StringComparison.Ordinal))
        && (_scheme is null || string.Equals(_scheme, http.Scheme, StringComparison.Ordinal))
        && (_port is null || _port == http.Port)
        && Host.Matches(http.Host)
        && (_path is null || (http.Path.StartsWith('/') && _path.Matches(http.Path.AsSpan(1))));

    /// <summary>True when some request to this host and port, by https or in the clear, matches.</summary>
    public bool Reaches(HostName host, int port, bool https) =>
        (_scheme is null || _scheme == (https ? "https" : "http"))
        && (_port is null || _port == port)
        && Host.Matches(host);

    /// <summary>
    /// The tunnels that an https rule means: its host, on its port (443 for a rule of every port, because what else is https
    /// can't be known from outside; every port when the rule takes power away).
    /// </summary>
    public ConnectPattern ToTunnel(bool grants) => new(Host, _port ?? (grants ? 443 : null));

    /// <summary>Every https request to what a tunnel reaches.</summary>
    public static HttpPattern Within(ConnectPattern tunnel) =>
        new(null, "https", tunnel.Host, tunnel.Port, "/**", null);

    /// <summary>Reads <c>METHOD url</c>.</summary>
    public static HttpPattern? ParseUrl(string text, bool grants, out PatternProblem problem)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        var (method, url) = space < 0 ? ("", text) : (text[..space], text[(space + 1)..].Trim());
        if (space <= 0 || (method != "*" && !method.All(c => char.IsAsciiLetterUpper(c) || c == '-')))
        {
            var hint = method.Length > 0 && method.All(char.IsAsciiLetter) ? method.ToUpperInvariant() : "GET";
            problem = new(
                "has no method in capitals before the address",
                $"Write `http {hint} {url}`, or `*` for every method."
            );
            return null;
        }

        var anyMethod = method == "*" ? null : method;
        if (url == "**")
        {
            var all = HostPattern.Parse("**", grants, out problem)!;
            return new HttpPattern(anyMethod, null, all, null, "/**", null);
        }

        var mark = url.IndexOf("://", StringComparison.Ordinal);
        if (mark < 0 || url[..mark] is not ("http" or "https" or "*"))
        {
            problem = new("is no address that starts with `http://` or `https://`", "`* **` is everything.");
            return null;
        }

        return ParseRest(anyMethod, url[..mark], url[(mark + 3)..], grants, out problem);
    }

    private static HttpPattern? ParseRest(
        string? method,
        string scheme,
        string rest,
        bool grants,
        out PatternProblem problem
    )
    {
        var anyScheme = scheme == "*" ? null : scheme;
        if (rest == "**")
        {
            return new HttpPattern(method, anyScheme, HostPattern.Parse("**", grants, out problem)!, null, "/**", null);
        }

        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0)
        {
            problem = new("names no path", $"Write `{scheme}://{rest}/**` for the whole host.");
            return null;
        }

        if (rest.AsSpan(0, slash).Contains('@') || !ConnectPattern.TrySplit(rest[..slash], out var name, out var tail))
        {
            problem = new("names its host in a way that can be misread", "Write `host` or `host:port`.");
            return null;
        }

        int? port = anyScheme switch
        {
            "http" => 80,
            "https" => 443,
            _ => null,
        };
        if (tail.Length > 0 && !ConnectPattern.TryPort(tail, out port))
        {
            problem = new("has a port that is no number from 1 to 65535", "Write a number, or `*` for every port.");
            return null;
        }

        return HostPattern.Parse(name, grants, out problem) is { } host
            ? ParsePath(method, anyScheme, host, port, rest[slash..], out problem)
            : null;
    }

    private static HttpPattern? ParsePath(
        string? method,
        string? scheme,
        HostPattern host,
        int? port,
        string path,
        out PatternProblem problem
    )
    {
        problem = default;
        if (path == "/**")
        {
            return new HttpPattern(method, scheme, host, port, path, null);
        }

        if (!UrlPath.TryNormalize(path, out var normal, out var what))
        {
            problem = new($"has a path that {what}", "");
            return null;
        }

        if (normal != path)
        {
            problem = new("has a path that no request will have", $"Write it as it is matched: `{normal}`.");
            return null;
        }

        if (!SegmentPattern.TryParse(path[1..], '/', out var segments, out what))
        {
            problem = new(what, "");
            return null;
        }

        return new HttpPattern(method, scheme, host, port, path, segments);
    }
}
