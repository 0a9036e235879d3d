using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

public sealed partial class ReferenceMonitor
{
    private static readonly HostTerms _noTerms = new();

    /// <summary>
    /// Whether TLS of a session to a host is looked into, and what its manifest says of the host. It decides nothing: a tunnel is decided
    /// as <c>connect</c>, and of what is looked into each request as <c>http</c>.
    /// </summary>
    public SeenHost InterceptionOf(SessionId session, HostName host, int port)
    {
        try
        {
            // A tunnel of nobody's is refused, and recorded, where it is decided.
            return sessions.Find(session) is { } live
                ? new SeenHost(live.Policy.InterceptionOf(host, port, clock.GetUtcNow()), TermsOf(live, host), live)
                : new SeenHost(Interception.None, _noTerms, null);
        }
        catch (Exception)
        {
            return new SeenHost(Interception.Closed, _noTerms, null);
        }
    }

    /// <summary>Whether cookies of a host stay outside the sandbox of a session.</summary>
    public bool KeepsCookies(SessionId session, HostName host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return sessions.Find(session) is { } live && TermsOf(live, host).KeepsCookies;
    }

    private static HostTerms TermsOf(Session session, HostName host) =>
        session.Manifest.Hosts.GetValueOrDefault(host.ToString()) ?? _noTerms;
}
