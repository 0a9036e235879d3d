using System.Net.Security;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Ports;

/// <summary>
/// Makes the certificates by which TLS to a host is looked into. A session trusts one authority from its start to its end; the
/// authority's key leaves nobody's hands.
/// </summary>
public interface ICertificateMint
{
    /// <summary>The certificate, in PEM, of the authority that a session trusts; the same at each call.</summary>
    /// <exception cref="IOException">The authority can't be read, or kept.</exception>
    string AuthorityOf(SessionId session);

    /// <summary>A certificate for a host, by the authority that a session trusts.</summary>
    /// <exception cref="IOException">The authority can't be read, or kept.</exception>
    SslStreamCertificateContext Certify(SessionId session, HostName host);

    /// <summary>Forgets a session that has ended.</summary>
    void Forget(SessionId session);
}
