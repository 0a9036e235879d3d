using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Bartizan.Control.Web;

/// <summary>TLS as browsers are served it.</summary>
internal static class ServedTls
{
    /// <summary>Serves TLS and nothing in the clear.</summary>
    public static void Serve(ListenOptions listen, Func<SslStreamCertificateContext> certificate, TimeSpan within) =>
        listen.UseHttps(
            new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = within,
                OnConnection = _ =>
                    ValueTask.FromResult(
                        new SslServerAuthenticationOptions
                        {
                            ServerCertificateContext = certificate(),
                            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
                            AllowRenegotiation = false,
                        }
                    ),
            }
        );
}
