using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bartizan.Core.Enforcement;

namespace Bartizan.Vault.Authority;

/// <summary>
/// One authority: its certificate, its key, and the certificates of hosts that it has made.
/// <code>
/// what        key          valid                 says
/// authority   ECDSA P-256  a year                CA, no further authority below it, signs certificates only (RFC 5280, 4.2.1)
/// host        ECDSA P-256  six days and an hour  one DNS name or address, TLS servers only
/// </code>
/// </summary>
internal sealed class SigningAuthority : IDisposable
{
    /// <summary>Hosts whose certificates are kept at once; beyond it the oldest is made again when it is asked for.</summary>
    public const int MaxHosts = 1024;

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const int SerialBytes = 16;

    /// <summary>The longest common name that X.520 takes.</summary>
    private const int MaxCommonName = 64;

    private static readonly TimeSpan s_lifetime = TimeSpan.FromDays(365);
    private static readonly TimeSpan s_hostLifetime = TimeSpan.FromDays(6);

    /// <summary>A kept certificate is made anew after this: a client that keeps a connection for days still meets a valid one.</summary>
    private static readonly TimeSpan s_renewAfter = TimeSpan.FromDays(2);

    /// <summary>How far a sandbox's clock may be behind.</summary>
    private static readonly TimeSpan s_clockSkew = TimeSpan.FromHours(1);

    private readonly X509Certificate2 _certificate;
    private readonly ConcurrentDictionary<string, Certified> _hosts = new(StringComparer.Ordinal);

    private SigningAuthority(X509Certificate2 certificate) => _certificate = certificate;

    /// <summary>The certificate, in PEM; never the key.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>The end of its time.</summary>
    public DateTimeOffset Ends => new(_certificate.NotAfter.ToUniversalTime());

    /// <summary>Makes one.</summary>
    public static SigningAuthority Make(string name, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return new SigningAuthority(request.CreateSelfSigned(now - s_clockSkew, now + s_lifetime));
    }

    /// <summary>Reads what <see cref="ToPem"/> wrote.</summary>
    /// <exception cref="CryptographicException">It is something else.</exception>
    public static SigningAuthority Read(string pem)
    {
        var certificate = X509Certificate2.CreateFromPem(pem, pem);
        var isAuthority = certificate
            .Extensions.OfType<X509BasicConstraintsExtension>()
            .Any(e => e.CertificateAuthority);
        return isAuthority && certificate.GetECDsaPrivateKey() is not null
            ? new SigningAuthority(certificate)
            : throw new CryptographicException("it holds no authority");
    }

    /// <summary>Certificate and key, for the one file that they are kept in.</summary>
    public string ToPem()
    {
        using var key = _certificate.GetECDsaPrivateKey()!;
        return $"{Pem}\n{key.ExportPkcs8PrivateKeyPem()}\n";
    }

    /// <summary>A certificate for a host.</summary>
    public SslStreamCertificateContext Certify(HostName host, DateTimeOffset now)
    {
        if (_hosts.TryGetValue(host.Text, out var known) && now < known.Made + s_renewAfter && now >= known.Made)
        {
            return known.Context;
        }

        // INVARIANT: bounded: an agent chooses the names.
        while (_hosts.Count >= MaxHosts)
        {
            _hosts.TryRemove(_hosts.MinBy(one => one.Value.Made).Key, out _);
        }

        var made = new Certified(Sign(host, now), now);
        _hosts[host.Text] = made;
        return made.Context;
    }

    /// <inheritdoc/>
    public void Dispose() => _certificate.Dispose();

    private SslStreamCertificateContext Sign(HostName host, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var named = host.Text.Length <= MaxCommonName;
        var subject = new X500DistinguishedName(named && host.Address is null ? $"CN={host.Text}" : "");
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (host.Address is { } address)
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(host.Text);
        }

        request.CertificateExtensions.Add(names.Build(critical: subject.Name.Length == 0));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false)
        );
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
                _certificate,
                includeKeyIdentifier: true,
                includeIssuerAndSerial: false
            )
        );
        var serial = RandomNumberGenerator.GetBytes(SerialBytes);
        serial[0] &= 0x7F;
        serial[0] |= 0x40;
        var end = now + s_hostLifetime < Ends ? now + s_hostLifetime : Ends;
        using var signed = request.Create(_certificate, now - s_clockSkew, end, serial);
        return SslStreamCertificateContext.Create(signed.CopyWithPrivateKey(key), [], offline: true);
    }

    private sealed record Certified(SslStreamCertificateContext Context, DateTimeOffset Made);
}
