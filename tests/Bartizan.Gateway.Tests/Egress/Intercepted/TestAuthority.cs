using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Tests.Egress.Intercepted;

/// <summary>An authority of the test's own: one for the sandbox's side, one that a host outside has its certificate from.</summary>
internal sealed class TestAuthority : ICertificateMint, IDisposable
{
    private readonly X509Certificate2 _root;

    public TestAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        var now = TimeProvider.System.GetUtcNow();
        _root = request.CreateSelfSigned(now.AddDays(-9), now.AddDays(9));
        File = Path.GetTempFileName();
        System.IO.File.WriteAllText(File, _root.ExportCertificatePem());
    }

    /// <summary>The certificate in a PEM file.</summary>
    public string File { get; }

    public string AuthorityOf(SessionId session) => _root.ExportCertificatePem();

    public SslStreamCertificateContext Certify(SessionId session, HostName host) =>
        SslStreamCertificateContext.Create(Sign(host.Text), [], offline: true);

    public void Forget(SessionId session) { }

    /// <summary>A certificate for a name, valid from some days ago until some days from now.</summary>
    public X509Certificate2 Sign(string name, int from = -1, int until = 1)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.Create(
            _root,
            now.AddDays(from),
            now.AddDays(until),
            RandomNumberGenerator.GetBytes(12)
        );
        using var own = made.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pfx), null);
    }

    /// <summary>True for a chain that this authority vouches for, and the name.</summary>
    public bool Vouches(X509Certificate? certificate, SslPolicyErrors errors)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(_root);
        return (errors & SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None
            && certificate is X509Certificate2 one
            && chain.Build(one);
    }

    public void Dispose()
    {
        _root.Dispose();
        System.IO.File.Delete(File);
    }
}
