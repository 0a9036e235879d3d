using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bartizan.Daemon.Tests.Identity.Attacks;

/// <summary>Certificates that clients and servers make for themselves, good and odd.</summary>
internal static class MadeCertificates
{
    // FIPS 186-4, D.1.2.3: the order of P-256.
    private static readonly BigInteger s_order = BigInteger.Parse(
        "115792089210356248762697446949407573529996955224135760342422259061068512044369"
    );

    /// <summary>One for a key, that holds from some days before a moment until some days after it.</summary>
    public static X509Certificate2 Of(ECDsa key, DateTimeOffset now, int from = -1, int until = 90) =>
        new CertificateRequest("CN=client", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            now.AddDays(from),
            now.AddDays(until)
        );

    public static X509Certificate2 OfRsa(int bits, DateTimeOffset now)
    {
        using var key = RSA.Create(bits);
        return new CertificateRequest(
            "CN=client",
            key,
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        ).CreateSelfSigned(now.AddDays(-1), now.AddDays(90));
    }

    /// <summary>One that has more bytes than a certificate needs.</summary>
    public static X509Certificate2 Padded(int bytes, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=client", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509Extension("1.2.3.4", new byte[bytes], critical: false));
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(90));
    }

    public static X509Certificate2 Fresh(DateTimeOffset now, int from = -1, int until = 90)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Of(key, now, from, until);
    }

    /// <summary>One that names where its issuer's certificate, its revocation list and a responder are to be asked for.</summary>
    public static X509Certificate2 Pointing(string at, DateTimeOffset now)
    {
        using var root = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=pointing", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509AuthorityInformationAccessExtension([$"{at}/ocsp"], [$"{at}/issuer.crt"])
        );
        request.CertificateExtensions.Add(
            CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([$"{at}/list.crl"])
        );
        using var made = request.Create(
            new X500DistinguishedName("CN=nobody here"),
            X509SignatureGenerator.CreateForECDsa(root),
            now.AddDays(-1),
            now.AddDays(9),
            RandomNumberGenerator.GetBytes(12)
        );
        return made.CopyWithPrivateKey(key);
    }

    /// <summary>The same certificate of the same key with the other signature that verifies as well.</summary>
    public static X509Certificate2 Mirrored(X509Certificate2 certificate, ECDsa key)
    {
        var outer = new AsnReader(certificate.RawData, AsnEncodingRules.DER).ReadSequence();
        var (said, algorithm) = (outer.ReadEncodedValue(), outer.ReadEncodedValue());
        var pair = new AsnReader(outer.ReadBitString(out _), AsnEncodingRules.DER).ReadSequence();
        var (r, s) = (pair.ReadInteger(), pair.ReadInteger());
        var signature = new AsnWriter(AsnEncodingRules.DER);
        using (signature.PushSequence())
        {
            signature.WriteInteger(r);
            signature.WriteInteger(s_order - s);
        }

        var written = new AsnWriter(AsnEncodingRules.DER);
        using (written.PushSequence())
        {
            written.WriteEncodedValue(said.Span);
            written.WriteEncodedValue(algorithm.Span);
            written.WriteBitString(signature.Encode());
        }

        using var made = X509CertificateLoader.LoadCertificate(written.Encode());
        return made.CopyWithPrivateKey(key);
    }

    /// <summary>Writes it and its key as a server's files.</summary>
    public static void Write(X509Certificate2 certificate, string at, string keyAt)
    {
        File.WriteAllText(at, certificate.ExportCertificatePem());
        WriteKey(KeyOf(certificate), keyAt);
    }

    public static string KeyOf(X509Certificate2 certificate)
    {
        using var curve = certificate.GetECDsaPrivateKey();
        using var rsa = certificate.GetRSAPrivateKey();
        return curve?.ExportPkcs8PrivateKeyPem() ?? rsa!.ExportPkcs8PrivateKeyPem();
    }

    public static void WriteKey(string text, string at)
    {
        File.WriteAllText(at, text);
        File.SetUnixFileMode(at, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
