using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bartizan.Gateway.Inbound;
using Bartizan.Gateway.Tests.Tools;
using static Bartizan.Gateway.Tests.Inbound.MadeAuthority;

namespace Bartizan.Gateway.Tests.Inbound.Attacks;

/// <summary>Callers who show a certificate that isn't theirs to be let in by, over real TLS.</summary>
public sealed class HostileCertificateTests
{
    private const string Unvouched = "no authority of `mtls.ca` vouches for its certificate";
    private const string NoName = "its certificate has no name of `mtls.names`";
    private const string NotNow = "doesn't hold now";

    private static readonly MadeCertificate s_good = new() { Names = [Dns("web.example")] };

    [Fact]
    public async Task Who_shows_none_is_nobody()
    {
        await using var house = await CertifiedHouse.StartAsync();

        await house.ShouldRefuseAsync(null, "it shows no credential");
    }

    [Fact]
    public async Task One_that_nobody_of_the_file_signed_is_nobodys_whatever_stands_in_it()
    {
        await using var house = await CertifiedHouse.StartAsync();
        using var own = SignItself(s_good);
        using var same = new MadeAuthority(house.Authority.Itself.Subject);

        await house.ShouldRefuseAsync(own, Unvouched);
        await house.ShouldRefuseAsync(same.Sign(s_good), "its certificate");
        await house.ShouldRefuseAsync(same.Sign(s_good), "its certificate", [same.Itself]);
    }

    [Fact]
    public async Task One_before_or_after_its_time_is_nobodys()
    {
        await using var house = await CertifiedHouse.StartAsync();
        var now = StandingClock.Start;

        await house.ShouldRefuseAsync(house.Authority.Sign(s_good with { Until = now.AddMinutes(-1) }), NotNow);
        await house.ShouldRefuseAsync(house.Authority.Sign(s_good with { From = now.AddMinutes(1) }), NotNow);
    }

    [Theory]
    [InlineData(ServerUse)]
    [InlineData("2.5.29.37.0")]
    [InlineData(null)]
    public async Task One_that_is_not_said_to_be_a_clients_is_nobodys(string? use)
    {
        await using var house = await CertifiedHouse.StartAsync();

        await house.ShouldRefuseAsync(
            house.Authority.Sign(s_good with { Use = use }),
            "its certificate isn't said to be a client's"
        );
    }

    [Fact]
    public async Task An_authoritys_own_is_no_callers()
    {
        await using var house = await CertifiedHouse.StartAsync();

        await house.ShouldRefuseAsync(
            house.Authority.Sign(s_good with { IsAuthority = true }),
            "its certificate is an authority's"
        );
    }

    [Theory]
    [InlineData("web.example\0.evil.example", 2)]
    [InlineData("web.example\0", 2)]
    [InlineData("WEB.example", 2)]
    [InlineData("*.example", 2)]
    [InlineData("*", 2)]
    [InlineData("web.example.", 2)]
    [InlineData(" web.example", 2)]
    [InlineData("evil.example, DNS:web.example", 2)]
    [InlineData("evil.example\nDNS:web.example", 2)]
    [InlineData("sub.web.example", 2)]
    [InlineData("web.example", 6)]
    [InlineData("web.example", 1)]
    [InlineData("spiffe://example.com/mesh/", 6)]
    [InlineData("spiffe://example.com/mesh?x=1", 6)]
    [InlineData("spiffe://EXAMPLE.com/mesh", 6)]
    [InlineData("spiffe://example.com/%6desh", 6)]
    [InlineData("spiffe://example.com/mesh", 2)]
    [InlineData("post@example.com.evil.example", 1)]
    [InlineData("Post@example.com", 1)]
    public async Task A_name_that_is_nearly_one_is_none(string name, int kind)
    {
        await using var house = await CertifiedHouse.StartAsync();

        await house.ShouldRefuseAsync(
            house.Authority.Sign(s_good with { Names = [((CertificateName)kind, name)] }),
            NoName
        );
    }

    [Fact]
    public async Task The_name_of_its_subject_is_none()
    {
        await using var house = await CertifiedHouse.StartAsync();

        foreach (var subject in new[] { "CN=web.example", "CN=web", "CN=x, OU=web.example", "E=post@example.com" })
        {
            await house.ShouldRefuseAsync(house.Authority.Sign(new MadeCertificate { Subject = subject }), NoName);
        }
    }

    [Fact]
    public async Task One_with_names_of_two_callers_is_nobodys()
    {
        await using var house = await CertifiedHouse.StartAsync();
        var two = s_good with { Names = [Dns("web.example"), (CertificateName.Email, "post@example.com")] };

        await house.ShouldRefuseAsync(house.Authority.Sign(two), "its certificate has names of two callers");
    }

    [Fact]
    public async Task What_may_not_sign_vouches_for_nobody()
    {
        await using var house = await CertifiedHouse.StartAsync();
        var now = StandingClock.Start;
        var ca = new MadeCertificate { Use = null, IsAuthority = true };
        using var leaf = house.Authority.SignAuthority("CN=Leaf", s_good);
        using var over = house.Authority.SignAuthority("CN=Over", ca with { Until = now.AddMinutes(-1) });
        using var servers = house.Authority.SignAuthority("CN=Servers", ca with { Use = ServerUse });
        using var first = house.Authority.SignAuthority("CN=First", ca with { Below = 0 });
        using var second = first.SignAuthority("CN=Second that the first may not make");

        foreach (var by in new[] { leaf, over, servers, second })
        {
            await house.ShouldRefuseAsync(by.Sign(s_good), "certificate", [by.Itself, first.Itself]);
        }

        using var fit = house.Authority.SignAuthority("CN=Fit");
        (await house.StatusAsync(fit.Sign(s_good), [fit.Itself])).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task One_that_is_too_large_or_brings_too_many_is_not_looked_at()
    {
        await using var house = await CertifiedHouse.StartAsync();
        using var between = house.Authority.SignAuthority();
        using var large = house.Authority.SignAuthority(
            "CN=Large",
            new MadeCertificate { IsAuthority = true, Ballast = 17_000 }
        );
        const string Why = "its certificate is larger than any is";

        await house.ShouldRefuseAsync(house.Authority.Sign(s_good with { Ballast = 17_000 }), Why);
        var links = new X509Certificate2Collection();
        var last = between;
        for (var i = 0; i <= ShownCertificate.MaxBetween; i++)
        {
            last = last.SignAuthority($"CN=Link {i}");
            links.Insert(0, last.Itself);
        }

        await house.ShouldRefuseAsync(last.Sign(s_good), "its certificate", links);
        await house.ShouldRefuseAsync(large.Sign(s_good), Why, [large.Itself]);
    }

    [Theory]
    [InlineData("authorization", "Bearer " + InboundHouse.Key)]
    [InlineData("x-api-key", InboundHouse.Key)]
    [InlineData("x-api-key", "")]
    [InlineData("authorization", "Basic eDp5")]
    public async Task A_certificate_and_another_credential_are_two_whatever_they_are(string name, string value)
    {
        await using var house = await CertifiedHouse.StartAsync();
        using var own = SignItself(s_good);

        foreach (var shown in new[] { house.Of(), own })
        {
            using var answer = await house.AskAsync(
                house.Caller(shown),
                with: request => request.Headers.TryAddWithoutValidation(name, value)
            );
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        house.House.Served.ShouldBeEmpty();
        await house.House.Journal.Entries.WaitForAsync(entry => entry.Reason?.Contains("two credentials") == true);
    }

    [Fact]
    public async Task One_that_does_not_hold_is_less_than_none_where_none_is_needed()
    {
        await using var house = await CertifiedHouse.StartAsync(callers: "    anonymous: Tests say so.");
        using var own = SignItself(s_good);

        await house.ShouldRefuseAsync(own, Unvouched);
        await house.ShouldRefuseAsync(house.Of("nobody.example"), NoName);
        (await house.StatusAsync(null)).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_connection_outlives_neither_its_certificate_nor_its_authority(int version)
    {
        await using var house = await CertifiedHouse.StartAsync();
        var http = new Version(version, version == 1 ? 1 : 0);
        var brief = house.Caller(house.Authority.Sign(s_good with { Until = StandingClock.Start.AddHours(1) }));
        var (other, trusted) = (house.Caller(house.Of()), house.Authorities);
        (await AskAsync(brief)).ShouldBe(HttpStatusCode.OK);
        (await AskAsync(other)).ShouldBe(HttpStatusCode.OK);

        house.Clock.Advance(TimeSpan.FromHours(1));
        (await AskAsync(brief)).ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync(other)).ShouldBe(HttpStatusCode.OK);

        using var next = new MadeAuthority("CN=Next authority");
        foreach (var by in new[] { null, CallerAuthorities.Read(next.Pem) })
        {
            house.Authorities = by;
            (await AskAsync(other)).ShouldBe(HttpStatusCode.Unauthorized);
        }

        house.Authorities = trusted;
        (await AskAsync(other)).ShouldBe(HttpStatusCode.OK);

        async Task<HttpStatusCode> AskAsync(HttpMessageInvoker caller)
        {
            using var answer = await house.AskAsync(caller, http);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Who_was_taken_out_of_the_manifest_is_nobody_by_the_certificate_of_before()
    {
        await using var house = await CertifiedHouse.StartAsync(
            names: "            mesh: \"uri:spiffe://example.com/mesh\""
        );

        await house.ShouldRefuseAsync(house.Of(), NoName);
    }

    [Fact]
    public async Task No_session_of_tls_is_taken_up_again_without_its_certificate()
    {
        await using var house = await CertifiedHouse.StartAsync();
        using var talk = new TlsTalk(house.House.EndPoint);

        (await talk.AskAsync(house.Of())).ShouldStartWith("HTTP/1.1 200 ");
        (await talk.AskAsync(null)).ShouldStartWith("HTTP/1.1 401 ");
        (await talk.AskAsync(house.Of("nobody.example"))).ShouldStartWith("HTTP/1.1 401 ");
        (await talk.AskAsync(house.Of())).ShouldStartWith("HTTP/1.1 200 ");
    }

    [Theory]
    [InlineData("x-forwarded-client-cert")]
    [InlineData("ssl-client-cert")]
    [InlineData("client-cert")]
    [InlineData("x-ssl-client-verify")]
    public async Task A_header_that_says_a_certificate_is_believed_by_nobody_and_passed_to_nobody(string header)
    {
        await using var house = await CertifiedHouse.StartAsync();
        var said = Convert.ToBase64String(house.Of().RawData);
        using var refused = await house.AskAsync(
            house.Caller(null),
            with: request => request.Headers.TryAddWithoutValidation(header, $":{said}:")
        );
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        house.House.Agent.Requests.ShouldBeEmpty();

        using var answer = await house.AskAsync(
            house.Caller(house.Of()),
            with: request => request.Headers.TryAddWithoutValidation(header, $":{said}:")
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        house.House.Agent.Requests.ShouldHaveSingleItem().Headers.Keys.ShouldNotContain(header);
    }

    [Fact]
    public async Task A_certificate_is_in_no_entry_and_not_sent_on()
    {
        await using var house = await CertifiedHouse.StartAsync();
        var shown = house.Authority.Sign(s_good with { Subject = "CN=whoever it may be" });

        (await house.StatusAsync(shown)).ShouldBe(HttpStatusCode.OK);
        (await house.StatusAsync(house.Of("nobody.example"))).ShouldBe(HttpStatusCode.Unauthorized);

        await house.House.Journal.Entries.WaitForAsync(entry => entry.Reason?.Contains(NoName) == true);
        var sent = house.House.Agent.Requests.ShouldHaveSingleItem().Headers;
        var all = string.Join(
            '\n',
            sent.Select(one => $"{one.Key}: {one.Value}").Concat(house.House.Journal.Entries.Select(one => $"{one}"))
        );
        foreach (
            var told in new[]
            {
                "whoever it may be",
                shown.Thumbprint,
                Convert.ToBase64String(shown.RawData)[..40],
                "nobody.example",
                "web.example",
            }
        )
        {
            all.ShouldNotContain(told, Case.Insensitive);
        }
    }

    [Fact]
    public async Task A_browser_shows_it_for_no_page_of_another_origin()
    {
        const string Page = "https://app.example.com";
        await using var house = await CertifiedHouse.StartAsync(
            serve: $"  cors: [\"{Page}\"]\n  hosts: [localhost, \"127.0.0.1\"]"
        );
        var caller = house.Caller(house.Of());

        using var other = await house.AskAsync(caller, with: request => request.Headers.Add("origin", Page));
        using var own = await house.AskAsync(
            caller,
            with: request => request.Headers.Add("origin", $"https://{house.House.EndPoint}")
        );
        using var keyed = await house.AskAsync(
            house.Caller(null),
            with: request =>
            {
                request.Headers.Add("origin", Page);
                request.Headers.Add("x-api-key", InboundHouse.Key);
            }
        );

        other.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        own.StatusCode.ShouldBe(HttpStatusCode.OK);
        keyed.StatusCode.ShouldBe(HttpStatusCode.OK, "that page was given a key of its own");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_connection_to_one_host_asks_nothing_of_another(int version)
    {
        await using var house = await CertifiedHouse.StartAsync(serve: "  hosts: [support.example]");
        var (http, caller) = (new Version(version, version == 1 ? 1 : 0), house.Caller(house.Of()));

        using var named = await house.AskAsync(caller, http, request => request.Headers.Host = "support.example");
        using var other = await house.AskAsync(caller, http, request => request.Headers.Host = "other.example");

        named.StatusCode.ShouldBe(HttpStatusCode.OK);
        other.StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
    }

    [Fact]
    public async Task Nobody_who_signs_in_by_the_name_of_a_certificate_is_let_in_as_its_program()
    {
        using var desk = new SignedIn();
        await using var house = await CertifiedHouse.StartAsync(
            callers: "    oidc: \"https://login.example\"\n    audience: support-agent",
            with: options => options with { Tokens = desk, Users = desk }
        );

        foreach (var (name, status) in new[] { ("Web", HttpStatusCode.Unauthorized), ("alice", HttpStatusCode.OK) })
        {
            using var answer = await house.AskAsync(
                house.Caller(null),
                with: request => request.Headers.Add("authorization", $"Bearer {desk.TokenOf(name, "eu")}")
            );
            answer.StatusCode.ShouldBe(status);
        }
    }

    [Fact]
    public void A_weak_key_or_signature_vouches_for_nobody()
    {
        const string Weak = "its certificate's key or signature is too weak";
        using var root = new MadeAuthority();
        var authorities = CallerAuthorities.Read(root.Pem);
        using var own = root.Itself.GetECDsaPrivateKey()!;
        using var rsa = RSA.Create(2048);

        Look(root.Sign(s_good)).ShouldBeNull();
        Look(Sign(1024, X509SignatureGenerator.CreateForECDsa(own))).ShouldBe(Weak);
        Look(Sign(2048, X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pss))).ShouldBe(Weak);
        Look(Sign(2048, X509SignatureGenerator.CreateForECDsa(own))).ShouldBeNull();

        X509Certificate2 Sign(int bits, X509SignatureGenerator by)
        {
            using var key = RSA.Create(bits);
            var made = new CertificateRequest("CN=weak", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            made.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ClientUse)], critical: false));
            return made.Create(root.Itself.SubjectName, by, s_good.From, s_good.Until, [1]);
        }

        string? Look(X509Certificate2 one) => CertificateChain.Of(one, [], authorities, StandingClock.Start).Problem;
    }
}
