using System.Security.Cryptography.X509Certificates;

namespace Bartizan.Records.Export.Sinks;

/// <summary>The authority of a private server: nothing else vouches for it then.</summary>
internal static class SinkAuthority
{
    /// <summary>Trusts the certificates of a PEM file.</summary>
    /// <exception cref="IOException">When the file can't be read or holds none.</exception>
    public static X509ChainPolicy Trust(string file)
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
        catch (Exception e) when (e is not IOException)
        {
            throw new IOException($"the authority's file `{file}` can't be read", e);
        }

        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new IOException($"the authority's file `{file}` holds no certificate");
    }
}
