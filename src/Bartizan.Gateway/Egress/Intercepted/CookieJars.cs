using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>The cookies of sessions, each host's and port's apart: what one of them has is no other's, and ends with the session.</summary>
internal sealed class CookieJars
{
    private readonly ConditionalWeakTable<Session, ConcurrentDictionary<(HostName, int), CookieJar>> _jars = [];

    /// <summary>The jar of a session for a host's port: what serves another port may be less trusted.</summary>
    public CookieJar Of(Session session, HostName host, int port) =>
        _jars.GetOrCreateValue(session).GetOrAdd((host, port), static _ => new CookieJar());
}
