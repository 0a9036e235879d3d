using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Bartizan.Daemon.Identity;
using Bartizan.Log;

namespace Bartizan.Daemon.Consoles;

/// <summary>
/// A certificate that the instance makes for itself, for an address of its own machine. No authority vouches for it: who opens the console
/// compares the fingerprint that the command line says.
/// </summary>
internal static class OwnCertificate
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan s_holds = TimeSpan.FromDays(397);
    private static readonly TimeSpan s_renewed = TimeSpan.FromDays(30);

    /// <summary>Where it lies; made when there is none, when it is about to end, or when it is for another name.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    public static TlsFiles In(string folder, Uri origin, TimeProvider clock)
    {
        var files = new TlsFiles(Path.Combine(folder, "console.pem"), Path.Combine(folder, "console-key.pem"));
        if (!Fits(files, origin, clock))
        {
            Make(files, origin, clock);
        }

        return files;
    }

    private static bool Fits(TlsFiles files, Uri origin, TimeProvider clock)
    {
        try
        {
            var pair = TlsPair.Read(files, clock.GetUtcNow());
            return pair.Served.TargetCertificate.MatchesHostname(origin.IdnHost.Trim('[', ']'))
                && pair.Ends - clock.GetUtcNow() > s_renewed;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void Make(TlsFiles files, Uri origin, TimeProvider clock)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Bartizan console", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        if (IPAddress.TryParse(origin.IdnHost.Trim('[', ']'), out var address))
        {
            names.AddIpAddress(address);
        }
        else if (origin.IdnHost != "localhost")
        {
            names.AddDnsName(origin.IdnHost);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true)
        );
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false)
        );
        var now = clock.GetUtcNow();
        using var made = request.CreateSelfSigned(now - TimeSpan.FromHours(1), now + s_holds);
        DurableFile.Replace(files.Key, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()), OwnerOnly);
        DurableFile.Replace(files.Certificate, Encoding.ASCII.GetBytes(made.ExportCertificatePem()), OwnerOnly);
    }
}
