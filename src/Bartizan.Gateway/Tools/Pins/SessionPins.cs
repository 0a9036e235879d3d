using System.Collections.Concurrent;
using Bartizan.Core.Ports;

namespace Bartizan.Gateway.Tools.Pins;

/// <summary>How the tools of a session's servers stand; nothing is asked where nothing is pinned.</summary>
internal sealed class SessionPins(IToolPins? pins, TimeProvider clock, Func<string, bool> isOwn)
{
    private readonly ConcurrentDictionary<string, ServerPins> _servers = new(StringComparer.Ordinal);

    /// <summary>Those of one server; null where the gateway's owner keeps no pins, and of the gateway's own.</summary>
    public ServerPins? Of(string server) =>
        pins is null || isOwn(server)
            ? null
            : _servers.GetOrAdd(
                server,
                static (name, my) => new ServerPins(name, my.Pins, my.Clock),
                (Pins: pins, Clock: clock)
            );
}
