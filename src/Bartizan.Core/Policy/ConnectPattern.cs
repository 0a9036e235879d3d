using System.Globalization;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Policies;

/// <summary><c>host:port</c>.</summary>
internal sealed class ConnectPattern(HostPattern host, int? port) : TargetPattern
{
    /// <summary>The host.</summary>
    public HostPattern Host { get; } = host;

    /// <summary>The port; null for every one.</summary>
    public int? Port { get; } = port;

    /// <inheritdoc/>
    public override bool IsWide => Host.IsWide;

    /// <inheritdoc/>
    public override string Canonical { get; } =
        $"{host.Canonical}:{port?.ToString(CultureInfo.InvariantCulture) ?? "*"}";

    /// <inheritdoc/>
    public override ActionTarget? Literal =>
        Host.Exact is { } exact && Port is { } number ? new ConnectTarget(exact, number) : null;

    /// <inheritdoc/>
    public override bool Matches(ActionTarget target) =>
        target is ConnectTarget connect && (Port is null || Port == connect.Port) && Host.Matches(connect.Host);

    /// <summary>Reads <c>host:port</c>; the port is a number or <c>*</c>.</summary>
    public static ConnectPattern? ParseAuthority(string text, bool grants, out PatternProblem problem)
    {
        if (text.Contains("://", StringComparison.Ordinal))
        {
            problem = new("is an address with a scheme", "Write `connect host:443`, or use the verb `http`.");
            return null;
        }

        if (!TrySplit(text, out var name, out var tail) || tail.Length == 0)
        {
            problem = new("names no port", $"Write `connect {name}:443`, or `:*` for every port.");
            return null;
        }

        if (!TryPort(tail, out var port))
        {
            problem = new("has a port that is no number from 1 to 65535", "Write a number, or `*` for every port.");
            return null;
        }

        return HostPattern.Parse(name, grants, out problem) is { } host ? new ConnectPattern(host, port) : null;
    }

    /// <summary>Splits an authority at its last colon; an IPv6 address stands in brackets.</summary>
    public static bool TrySplit(string text, out string host, out string port)
    {
        (host, port) = (text, "");
        var bracket = text.LastIndexOf(']');
        var colon = text.LastIndexOf(':');
        if (colon <= bracket)
        {
            return colon < 0 || bracket > 0;
        }

        (host, port) = (text[..colon], text[(colon + 1)..]);
        return host.Length > 0 && (bracket > 0 || !host.Contains(':', StringComparison.Ordinal));
    }

    /// <summary>Reads a port; null is every port.</summary>
    public static bool TryPort(string text, out int? port)
    {
        port = null;
        if (text == "*")
        {
            return true;
        }

        if (
            !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number is < 1 or > 65535
            || text[0] == '0'
        )
        {
            return false;
        }

        port = number;
        return true;
    }
}
