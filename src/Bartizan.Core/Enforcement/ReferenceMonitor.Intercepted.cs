using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

public sealed partial class ReferenceMonitor
{
    /// <summary>
    /// Whether TLS of a session to a host is looked into. It decides nothing: a tunnel is decided as <c>connect</c>, and of what is looked
    /// into each request as <c>http</c>. With it comes the file of the authority that vouches for the host, null for the system's.
    /// </summary>
    public (Interception Seen, string? Authority) InterceptionOf(SessionId session, HostName host, int port)
    {
        try
        {
            // A tunnel of nobody's is refused, and recorded, where it is decided.
            if (sessions.Find(session) is not { } live)
            {
                return (Interception.None, null);
            }

            var seen = live.Policy.InterceptionOf(host, port, clock.GetUtcNow());
            return (seen, live.Manifest.Hosts.GetValueOrDefault(host.ToString())?.CertificateAuthority);
        }
        catch (Exception)
        {
            return (Interception.Closed, null);
        }
    }
}
