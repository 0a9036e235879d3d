using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>Whether a host is who it says: its certificate's chain, name and dates.</summary>
internal static class UpstreamCertificate
{
    /// <summary>
    /// The system's authorities, or the one in a file and no other. INVARIANT: nothing is fetched that a certificate names: its addresses
    /// are chosen by whoever made it, and would be asked from outside the sandbox. What is known of revocations already counts.
    /// </summary>
    /// <exception cref="IOException">The file of <paramref name="authority"/> holds none.</exception>
    public static X509ChainPolicy Policy(string? authority)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.Offline,
            RevocationFlag = X509RevocationFlag.ExcludeRoot,
            VerificationFlags =
                X509VerificationFlags.IgnoreEndRevocationUnknown
                | X509VerificationFlags.IgnoreCertificateAuthorityRevocationUnknown
                | X509VerificationFlags.IgnoreRootRevocationUnknown,
            DisableCertificateDownloads = true,
        };
        if (authority is null)
        {
            return policy;
        }

        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(authority);
        }
        catch (Exception e) when (e is CryptographicException or UnauthorizedAccessException)
        {
            throw new IOException($"the authority's file `{authority}` can't be read", e);
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new IOException($"the authority's file `{authority}` holds no certificate");
    }

    /// <summary>True, or it throws and says why not.</summary>
    /// <exception cref="UntrustedHostException">It doesn't hold.</exception>
    public static bool Verify(HostName host, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        var status =
            chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status) ?? default;
        var why = errors switch
        {
            _ when certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) =>
                "it shows no certificate",
            _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) =>
                "its certificate is for another name",
            _ when status.HasFlag(X509ChainStatusFlags.NotTimeValid) =>
                "its certificate, or one above it, has expired or is not valid yet",
            _ when status.HasFlag(X509ChainStatusFlags.Revoked) => "its certificate was revoked",
            _ when (status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain))
                    != X509ChainStatusFlags.NoError => "no authority that is trusted here vouches for its certificate",
            _ => "its certificate doesn't hold",
        };
        throw new UntrustedHostException($"`{host}` can't prove who it is: {why}; nothing was sent");
    }
}
