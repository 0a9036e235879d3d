using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// What must stand in a certificate for it to be an authority's or a caller's (RFC 5280, 4.2.1): said, and not only not denied.
/// </summary>
internal static class CertificateRules
{
    /// <summary>For clients of TLS.</summary>
    public const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private const int MinRsaBits = 2048;
    private const int MaxRsaBits = 8192;
    private const int MinCurveBits = 256;

    // With SHA-256 or better: what two certificates can be made to share vouches for neither. RSA (PKCS #1) and ECDSA.
    private static readonly FrozenSet<string> _signatures = FrozenSet.ToFrozenSet(
        [
            "1.2.840.113549.1.1.11",
            "1.2.840.113549.1.1.12",
            "1.2.840.113549.1.1.13",
            "1.2.840.10045.4.3.2",
            "1.2.840.10045.4.3.3",
            "1.2.840.10045.4.3.4",
        ],
        StringComparer.Ordinal
    );

    /// <summary>True for an authority's.</summary>
    public static bool MaySign(X509Certificate2 one) =>
        one.Extensions.OfType<X509BasicConstraintsExtension>().ToArray() is [{ CertificateAuthority: true }]
        && MayUse(one, X509KeyUsageFlags.KeyCertSign)
        && IsStrong(one);

    /// <summary>What keeps a certificate from being a client's own; null when nothing does. Half a sentence.</summary>
    public static string? FindProblem(X509Certificate2 leaf) =>
        leaf.Extensions.GroupBy(one => one.Oid?.Value, StringComparer.Ordinal).Any(same => same.Count() > 1)
            ? "its certificate says one thing twice"
        : leaf.Extensions.OfType<X509BasicConstraintsExtension>().Any(one => one.CertificateAuthority)
            ? "its certificate is an authority's"
        : !leaf
            .Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .Any(one => one.EnhancedKeyUsages.Cast<Oid>().Any(use => use.Value == ClientUse))
            ? "its certificate isn't said to be a client's"
        : !MayUse(leaf, X509KeyUsageFlags.DigitalSignature) ? "its certificate's key isn't one that signs"
        : !IsStrong(leaf) || !HasStrongSignature(leaf) ? "its certificate's key or signature is too weak"
        : null;

    /// <summary>True for a signature that counts; of a root nobody asks, it is its own.</summary>
    public static bool HasStrongSignature(X509Certificate2 one) =>
        one.SignatureAlgorithm.Value is { } algorithm && _signatures.Contains(algorithm);

    // Without the extension a key may be used for anything.
    private static bool MayUse(X509Certificate2 one, X509KeyUsageFlags use) =>
        one.Extensions.OfType<X509KeyUsageExtension>().All(said => said.KeyUsages.HasFlag(use));

    private static bool IsStrong(X509Certificate2 one)
    {
        using var rsa = one.GetRSAPublicKey();
        using var curve = one.GetECDsaPublicKey();
        return rsa is not null ? rsa.KeySize is >= MinRsaBits and <= MaxRsaBits : curve?.KeySize >= MinCurveBits;
    }
}
