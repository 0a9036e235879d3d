using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bartizan.Gateway.Tests.Inbound;

/// <summary>An authority of callers' certificates, which signs whatever a test asks it to.</summary>
internal sealed class MadeAuthority : IDisposable
{
    public const string ClientUse = "1.3.6.1.5.5.7.3.2";
    public const string ServerUse = "1.3.6.1.5.5.7.3.1";

    private readonly List<X509Certificate2> _made = [];

    /// <summary>A root.</summary>
    public MadeAuthority(string name = "CN=Own authority")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        AddAuthority(request);
        Itself = request.CreateSelfSigned(StandingClock.Start.AddYears(-1), StandingClock.Start.AddYears(9));
    }

    /// <summary>One whose certificate another signed, whatever stands in it.</summary>
    public MadeAuthority(X509Certificate2 itself) => Itself = itself;

    public X509Certificate2 Itself { get; }

    public string Pem => Itself.ExportCertificatePem();

    public static (CertificateName Kind, string Name) Dns(string name) => (CertificateName.Dns, name);

    /// <summary>A client's certificate, with its key.</summary>
    public X509Certificate2 Sign(MadeCertificate made)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Sign(made, new CertificateRequest(made.Subject, key, HashAlgorithmName.SHA256), key);
    }

    /// <summary>One that vouches for others.</summary>
    public MadeAuthority SignAuthority(string name = "CN=Between", MadeCertificate? made = null) =>
        new(Sign((made ?? new MadeCertificate { Use = null, IsAuthority = true }) with { Subject = name }));

    /// <summary>A certificate that nobody signed but itself.</summary>
    public static X509Certificate2 SignItself(MadeCertificate made)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(made.Subject, key, HashAlgorithmName.SHA256);
        Fill(request, made);
        return request.CreateSelfSigned(made.From, made.Until);
    }

    public void Dispose()
    {
        _made.ForEach(one => one.Dispose());
        Itself.Dispose();
    }

    // By its name and its key only, so that one signs that may not, too.
    private X509Certificate2 Sign(MadeCertificate made, CertificateRequest request, ECDsa key)
    {
        Fill(request, made);
        using var own = Itself.GetECDsaPrivateKey()!;
        using var signed = request.Create(
            Itself.SubjectName,
            X509SignatureGenerator.CreateForECDsa(own),
            made.From,
            made.Until,
            RandomNumberGenerator.GetBytes(16)
        );
        var whole = signed.CopyWithPrivateKey(key);
        _made.Add(whole);
        return whole;
    }

    private static void Fill(CertificateRequest request, MadeCertificate made)
    {
        if (made.IsAuthority)
        {
            AddAuthority(request, made.Below);
        }

        if (made.Use is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(made.Use)], critical: false));
        }

        if (made.Names.Length > 0)
        {
            request.CertificateExtensions.Add(new X509Extension("2.5.29.17", NamesOf(made), critical: false));
        }

        if (made.Ballast > 0)
        {
            var ballast = new byte[made.Ballast];
            request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.99999.1", ballast, critical: false));
        }
    }

    private static void AddAuthority(CertificateRequest request, int? below = null)
    {
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(true, below is not null, below ?? 0, critical: true)
        );
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(
                X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature,
                critical: true
            )
        );
    }

    // The framework's own builder writes no name that isn't one.
    private static byte[] NamesOf(MadeCertificate made)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var (kind, name) in made.Names)
            {
                writer.WriteCharacterString(
                    UniversalTagNumber.IA5String,
                    name,
                    new Asn1Tag(TagClass.ContextSpecific, (int)kind)
                );
            }
        }

        return writer.Encode();
    }
}
