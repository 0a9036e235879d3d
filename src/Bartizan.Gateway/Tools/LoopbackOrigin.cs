using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Bartizan.Gateway.Tools;

/// <summary>
/// DNS rebinding: a web page of the person's browser whose name was made to lead to this machine says its own name in Host
/// and Origin. Only who says loopback is answered.
/// </summary>
internal static class LoopbackOrigin
{
    /// <summary>True when Host, and Origin where there is one, name loopback.</summary>
    public static bool Holds(HttpRequest request) =>
        IsLoopback(request.Headers.Host.ToString()) && HoldsOrigin(request.Headers.Origin);

    private static bool HoldsOrigin(StringValues origins)
    {
        foreach (var origin in origins)
        {
            var mark = origin?.IndexOf("://", StringComparison.Ordinal) ?? -1;
            if (mark < 0 || origin![..mark] is not ("http" or "https") || !IsLoopback(origin[(mark + 3)..]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsLoopback(string authority)
    {
        var colon = authority.LastIndexOf(':');
        var bracket = authority.LastIndexOf(']');
        var host = colon > bracket ? authority[..colon] : authority;
        var port = colon > bracket ? authority.AsSpan(colon + 1) : [];
        foreach (var c in port)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }
        }

        return host is "127.0.0.1" or "[::1]" || host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
    }
}
