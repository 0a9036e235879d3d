using System.Buffers.Text;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Bartizan.Control;

/// <summary>
/// TLS that asks a client for a certificate and needs none. Whoever shows one has proved in the handshake that it holds its key; nobody
/// vouches for the rest of what stands in it, so neither issuer, name nor dates are looked at: it binds, and authenticates nobody (RFC
/// 8705, 3).
/// INVARIANT: a connection has the certificate of its own handshake or none: nothing is negotiated again, asked for later or resumed, and
/// no header is believed.
/// </summary>
internal static class ClientCertificates
{
    /// <summary>Bytes of a client's certificate; one with a key and a signature of 16,384 bits has 5 KiB.</summary>
    public const int MaxBytes = 32 << 10;

    /// <summary>Serves TLS and nothing in the clear.</summary>
    /// <param name="listen">Where.</param>
    /// <param name="certificate">What the server shows; asked for each connection.</param>
    /// <param name="within">How long a handshake may take.</param>
    public static void AskFor(ListenOptions listen, Func<SslStreamCertificateContext> certificate, TimeSpan within) =>
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
                            ClientCertificateRequired = true,
                            RemoteCertificateValidationCallback = Takes,
                            CertificateChainPolicy = Nothing(),
                            AllowRenegotiation = false,
                            AllowTlsResume = false,
                        }
                    ),
            }
        );

    /// <summary>What <c>x5t#S256</c> says of the connection's certificate (RFC 8705, 3.1); null when it has none.</summary>
    public static string? ThumbprintOf(HttpContext context) =>
        context.Connection.ClientCertificate is { } shown
            ? Base64Url.EncodeToString(SHA256.HashData(shown.RawDataMemory.Span))
            : null;

    private static bool Takes(object sender, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors) =>
        shown is null || shown.GetRawCertData().Length <= MaxBytes;

    // Chains are built whatever is made of them: without this a certificate names addresses that the instance would go and ask.
    private static X509ChainPolicy Nothing() =>
        new()
        {
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            VerificationFlags = X509VerificationFlags.AllFlags,
        };
}
