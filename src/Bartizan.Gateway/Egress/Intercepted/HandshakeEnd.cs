using System.Security.Authentication;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>Why a client ended the handshake, as far as its alert says.</summary>
internal static class HandshakeEnd
{
    // As OpenSSL words the alerts of RFC 8446, 6.2.
    private static readonly (string Alert, string Name)[] s_distrust =
    [
        ("alert unknown ca", "unknown_ca"),
        ("alert bad certificate", "bad_certificate"),
        ("alert certificate unknown", "certificate_unknown"),
        ("alert unsupported certificate", "unsupported_certificate"),
        ("alert certificate expired", "certificate_expired"),
        ("alert certificate revoked", "certificate_revoked"),
    ];

    public static string Describe(Exception? e, HostName host)
    {
        var said = e?.ToString() ?? "";
        foreach (var (alert, name) in s_distrust)
        {
            if (said.Contains(alert, StringComparison.Ordinal))
            {
                return $"the client doesn't trust the certificate that it is shown for `{host}` (alert {name}): it has a trust store of its own, or it pins "
                    + "the host's certificate; have it read `SSL_CERT_FILE`, or give it the whole host as a tunnel";
            }
        }

        return e is AuthenticationException
            ? $"the TLS handshake for `{host}` failed"
            : $"the client hung up before it asked for anything; perhaps it doesn't trust the certificate that it is shown for `{host}`";
    }
}
