using System.Collections.Immutable;
using System.Text;

namespace Bartizan.Sandbox.Trust;

/// <summary>
/// Makes a sandbox, and nothing else, trust the authority by which its TLS is looked into: the host's bundle with that authority's
/// certificate behind it, where programs look for bundles. What comes in is a certificate; keys never come near a sandbox.
/// </summary>
public static class TrustedAuthority
{
    /// <summary>The authority's certificate alone, by its path inside.</summary>
    public const string CertificatePath = "/etc/bartizan/authority.pem";

    /// <summary>The host's bundle and the certificate, by its path inside.</summary>
    public const string BundlePath = "/etc/bartizan/certificates.pem";

    /// <summary>The same as a truststore of Java, by its path inside.</summary>
    public const string JavaStorePath = "/etc/bartizan/truststore.jks";

    private const string Purpose = "trusted authority";

    // Debian and its kin, Fedora's, Alpine's, SUSE's: those of them that this host has are shown with the certificate in them.
    private static readonly string[] s_bundles =
    [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/cert.pem",
        "/etc/ssl/ca-bundle.pem",
    ];

    // Where the distributions' runtimes of Java read; others are told by a variable.
    private static readonly string[] s_javaStores =
    [
        "/etc/ssl/certs/java/cacerts",
        "/etc/pki/ca-trust/extracted/java/cacerts",
    ];

    /// <summary>The files to show.</summary>
    /// <param name="certificate">The authority's certificate, in PEM.</param>
    public static ImmutableArray<Mount> MountsOf(string certificate)
    {
        ArgumentException.ThrowIfNullOrEmpty(certificate);
        var own = Encoding.ASCII.GetBytes(certificate + "\n");
        var places = s_bundles.Where(IsPlainFile).ToList();
        byte[] system = places.Count > 0 ? File.ReadAllBytes(places[0]) : [];
        byte[] bundle = system is [.., not (byte)'\n'] ? [.. system, (byte)'\n', .. own] : [.. system, .. own];
        var store = JavaTrustStore.Of(bundle);
        return
        [
            Mount.File(JavaStorePath, store, Purpose),
            .. s_javaStores.Where(IsPlainFile).Select(place => Mount.File(place, store, Purpose)),
            Mount.File(CertificatePath, own, Purpose),
            Mount.File(BundlePath, bundle, Purpose),
            .. places.Select(place => Mount.File(place, bundle, Purpose)),
        ];
    }

    // A link leads to another of these places, or to a file that isn't shown.
    private static bool IsPlainFile(string path)
    {
        var file = new FileInfo(path);
        return file is { Exists: true, LinkTarget: null } && file.Directory?.LinkTarget is null;
    }
}
