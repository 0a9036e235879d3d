using System.Security.Cryptography.X509Certificates;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;
using Bartizan.Vault.Authority;
using Bartizan.Vault.Keys;

namespace Bartizan.Vault.Tests;

/// <summary>The authority by which TLS is looked into.</summary>
public sealed class CertificateAuthorityTests
{
    private readonly Disk _disk = new();
    private readonly GivenTime _clock = new();

    [Theory]
    [InlineData("api.example")]
    [InlineData("10.0.0.5")]
    [InlineData("::1")]
    [InlineData("a-label-that-is-rather-long.and-another-one-of-the-same-kind.and-a-third.example")]
    public void A_host_gets_a_certificate_for_its_name_alone_that_its_session_trusts(string name)
    {
        using var authority = new CertificateAuthority(_disk, _clock);
        var session = SessionId.New();

        HostName.TryParse(name, out var host, out _).ShouldBeTrue();
        var made = authority.Certify(session, host).TargetCertificate;

        made.MatchesHostname(name).ShouldBeTrue();
        made.MatchesHostname("evil.example").ShouldBeFalse();
        (made.NotAfter.ToUniversalTime() - made.NotBefore.ToUniversalTime()).ShouldBeLessThanOrEqualTo(
            TimeSpan.FromDays(7)
        );
        IsTrusted(made, authority.AuthorityOf(session)).ShouldBeTrue();
        made.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority.ShouldBeFalse();
    }

    [Fact]
    public void The_authority_outlives_a_restart_and_is_kept_once()
    {
        string first;
        using (var authority = new CertificateAuthority(_disk, _clock))
        {
            first = authority.AuthorityOf(SessionId.New());
        }

        using var again = new CertificateAuthority(_disk, _clock);

        again.AuthorityOf(SessionId.New()).ShouldBe(first);
        _disk.Writes.ShouldBe(1);
        first.ShouldNotContain("PRIVATE");
    }

    [Fact]
    public void One_whose_end_is_near_is_replaced_for_new_sessions_and_stays_for_the_old()
    {
        using var authority = new CertificateAuthority(_disk, _clock);
        var old = SessionId.New();
        HostName.TryParse("api.example", out var host, out _).ShouldBeTrue();
        var before = authority.AuthorityOf(old);

        _clock.Now += TimeSpan.FromDays(340);
        var young = SessionId.New();

        authority.AuthorityOf(young).ShouldNotBe(before);
        authority.AuthorityOf(old).ShouldBe(before);
        var (one, other) = (authority.Certify(old, host), authority.Certify(young, host));
        one.TargetCertificate.Issuer.ShouldNotBe(other.TargetCertificate.Issuer);
    }

    [Fact]
    public void A_certificate_is_made_once_and_anew_after_days()
    {
        using var authority = new CertificateAuthority(_disk, _clock);
        var session = SessionId.New();
        HostName.TryParse("api.example", out var host, out _).ShouldBeTrue();

        var first = authority.Certify(session, host);
        authority.Certify(session, host).ShouldBeSameAs(first);
        _clock.Now += TimeSpan.FromDays(3);

        authority.Certify(session, host).ShouldNotBeSameAs(first);
    }

    [Fact]
    public void A_file_that_holds_something_else_is_not_overwritten()
    {
        _disk.Replace("not a certificate");
        using var authority = new CertificateAuthority(_disk, _clock);

        Should.Throw<IOException>(() => authority.AuthorityOf(SessionId.New()));

        _disk.Read().ShouldBe("not a certificate");
    }

    private bool IsTrusted(X509Certificate2 certificate, string authority)
    {
        using var root = X509Certificate2.CreateFromPem(authority);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = _clock.GetUtcNow().UtcDateTime;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        return chain.Build(certificate);
    }

    private sealed class Disk : IKeyDisk
    {
        private string? _text;

        public int Writes { get; private set; }

        public string? Read() => _text;

        public void Replace(string text) => (_text, Writes) = (text, Writes + 1);
    }
}
