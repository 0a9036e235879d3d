using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bartizan.Core.Identity;

namespace Bartizan.Daemon.Consoles;

/// <summary>The wire to a provider's token endpoint: no proxy, no cookies, no redirects, and the authority that the issuer names.</summary>
internal static class OpenIdWire
{
    private static readonly TimeSpan s_connectWithin = TimeSpan.FromSeconds(5);

    /// <summary>Opens it; nothing is connected yet.</summary>
    /// <exception cref="IOException">The authority's file can't be read.</exception>
    public static HttpMessageInvoker Open(OpenIdIssuer issuer)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = s_connectWithin,
            PooledConnectionLifetime = TimeSpan.Zero,
        };
        if (issuer.Authority is { } authority)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Trust(authority) };
        }

        return new HttpMessageInvoker(handler);
    }

    private static X509ChainPolicy Trust(string file)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (CryptographicException e)
        {
            throw new IOException($"`{file}` holds no certificate in PEM", e);
        }

        return policy;
    }
}
