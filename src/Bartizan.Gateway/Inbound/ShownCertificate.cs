using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// What a caller showed in the handshake of a connection. That it holds the certificate's key was proved there; whether anybody vouches
/// for it, and whose it is, is asked with each request, so that no connection outlives what lets it in.
/// INVARIANT: a connection has the certificate of its own handshake or none: nothing is negotiated again, asked for later or resumed, and
/// no header is believed.
/// </summary>
internal sealed class ShownCertificate
{
    /// <summary>Bytes of one certificate; one with a key and a signature of 16,384 bits has 5 KiB.</summary>
    public const int MaxBytes = 8 << 10;

    /// <summary>Certificates that come with it, to lead to its root.</summary>
    public const int MaxBetween = 5;

    /// <summary>Its bytes; empty while none was shown.</summary>
    public ReadOnlyMemory<byte> Itself { get; private set; }

    /// <summary>Those that came with it.</summary>
    public ImmutableArray<byte[]> Between { get; private set; } = [];

    /// <summary>True where it is larger than any that is looked at.</summary>
    public bool IsTooLarge { get; private set; }

    /// <summary>What was found the last time; of many requests at once the last one's stays.</summary>
    public CertificateVerdict? Last { get; set; }

    /// <summary>
    /// Asks for one, and needs none. Whatever is shown is taken: what doesn't hold is answered as a credential that doesn't is.
    /// </summary>
    public static void AskFor(ConnectionContext connection, SslServerAuthenticationOptions tls)
    {
        var shown = new ShownCertificate();
        connection.Features.Set(shown);
        tls.ClientCertificateRequired = true;
        tls.AllowTlsResume = false;
        tls.CertificateChainPolicy = Nothing();
        tls.RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
            certificate is null || shown.Take(certificate, chain);
    }

    private bool Take(X509Certificate certificate, X509Chain? chain)
    {
        var itself = certificate.GetRawCertData();
        ImmutableArray<byte[]> between =
        [
            .. (chain?.ChainPolicy.ExtraStore ?? [])
                .Select(one => one.RawData)
                .Where(one => !one.SequenceEqual(itself)),
        ];
        IsTooLarge =
            itself.Length > MaxBytes || between.Length > MaxBetween || between.Any(one => one.Length > MaxBytes);
        (Itself, Between) = (itself, IsTooLarge ? [] : between);
        return itself.Length > 0;
    }

    // Chains are built whatever is made of them: without this a certificate names addresses that the gateway would go and ask.
    private static X509ChainPolicy Nothing() =>
        new()
        {
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            VerificationFlags = X509VerificationFlags.AllFlags,
        };
}
