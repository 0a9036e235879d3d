using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// Who vouches for callers' certificates: those that stand in one file, and nobody else. What signed itself is a root, anything else
/// leads to one.
/// </summary>
public sealed class CallerAuthorities
{
    /// <summary>Certificates of the file: as many as an organisation has authorities, old ones beside new ones.</summary>
    public const int MaxCertificates = 64;

    private CallerAuthorities(ImmutableArray<X509Certificate2> all)
    {
        Roots = [.. all.Where(IsRoot)];
        Between = [.. all.Where(one => !IsRoot(one))];
    }

    internal ImmutableArray<X509Certificate2> Roots { get; }

    internal ImmutableArray<X509Certificate2> Between { get; }

    /// <summary>Reads them.</summary>
    /// <exception cref="IOException">They are none; half a sentence says why.</exception>
    public static CallerAuthorities Read(string pem)
    {
        var all = new X509Certificate2Collection();
        bool areAll;
        try
        {
            all.ImportFromPem(pem);

            // A caller's own certificate here would let in whoever holds any that it signs.
            areAll = all.All(CertificateRules.MaySign);
        }
        catch (CryptographicException e)
        {
            throw new IOException("has what is no certificate in PEM", e);
        }

        if (all.Count is 0 or > MaxCertificates)
        {
            throw new IOException($"has {all.Count} certificates in PEM, not 1 to {MaxCertificates}");
        }

        var read = new CallerAuthorities([.. all]);
        return !areAll ? throw new IOException("has a certificate that is no authority's")
            : read.Roots.IsEmpty ? throw new IOException("has no root, that is: no certificate that signed itself")
            : read;
    }

    private static bool IsRoot(X509Certificate2 one) =>
        one.SubjectName.RawData.AsSpan().SequenceEqual(one.IssuerName.RawData);
}
