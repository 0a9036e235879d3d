using System.Globalization;
using Bartizan.Core.Enforcement;

namespace Bartizan.Vault.Stores;

/// <summary>A host and port that a credential may be sent to. Another port is another destination.</summary>
public static class VaultHost
{
    private const int DefaultPort = 443;

    /// <summary>Reads <c>host</c> or <c>host:port</c> into its one spelling; null when it is none.</summary>
    public static string? Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.EndsWith(']') ? -1 : text.LastIndexOf(':');
        var (name, port) = colon < 0 ? (text, DefaultPort) : (text[..colon], PortOf(text.AsSpan(colon + 1)));
        if (name is ['[', .. var inside, ']'])
        {
            name = inside;
        }
        else if (name.Contains(':', StringComparison.Ordinal))
        {
            return null;
        }

        return port > 0 && HostName.TryParse(name, out var host, out _) ? Written(host!, port) : null;
    }

    /// <summary>
    /// True when a request to an address goes to one of these. Cleartext is taken for none but this machine itself: on the way to any other
    /// whoever stands there is the destination.
    /// </summary>
    public static bool Names(IEnumerable<string> hosts, Uri to)
    {
        ArgumentNullException.ThrowIfNull(to);
        return (to.Scheme == Uri.UriSchemeHttps || (to.Scheme == Uri.UriSchemeHttp && to.IsLoopback))
            && HostName.TryParse(to.IdnHost, out var host, out _)
            && hosts.Contains(Written(host!, to.Port), StringComparer.Ordinal);
    }

    private static string Written(HostName host, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");

    private static int PortOf(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65_536
            ? port
            : 0;
}
