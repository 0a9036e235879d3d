using System.Net;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Bartizan.Core.Entries;
using Bartizan.Core.Identity;
using Bartizan.Gateway.Inbound;
using Bartizan.Gateway.Tests.Tools;

namespace Bartizan.Gateway.Tests.Inbound;

/// <summary>Callers who show a certificate.</summary>
public sealed class CertificateCallerTests
{
    [Theory]
    [InlineData("web", "web.example", 2)]
    [InlineData("mesh", "spiffe://example.com/mesh", 6)]
    [InlineData("post", "post@example.com", 1)]
    public async Task Who_shows_a_certificate_with_a_name_has_the_session_of_its_user(string who, string name, int kind)
    {
        await using var house = await CertifiedHouse.StartAsync();
        var shown = house.Authority.Sign(
            new MadeCertificate { Names = [MadeAuthority.Dns("other.example"), ((CertificateName)kind, name)] }
        );

        (await house.StatusAsync(shown)).ShouldBe(HttpStatusCode.OK);

        var (caller, served) = house.House.Served.ShouldHaveSingleItem();
        caller.Kind.ShouldBe(CallerKind.Certificate);
        caller.Name.ShouldBe(who);
        served.Session.Person.ShouldBe($"cert:{who}");
        served.Session.User!.Id.ShouldBe(who);
        house.House.Journal.Only(EntryKind.Intent).Person.ShouldBe($"cert:{who}");
    }

    [Fact]
    public async Task Who_is_named_by_the_certificate_itself_needs_no_name_in_it()
    {
        using var authority = new MadeAuthority();
        var (shown, other) = (authority.Sign(new MadeCertificate()), authority.Sign(new MadeCertificate()));
        var mark = CertificateMark.Of(shown.RawDataMemory.Span);
        await using var house = await CertifiedHouse.StartAsync(names: $"            own: \"{mark}\"");
        house.Authorities = CallerAuthorities.Read(authority.Pem);

        (await house.StatusAsync(shown)).ShouldBe(HttpStatusCode.OK);
        (await house.StatusAsync(other)).ShouldBe(HttpStatusCode.Unauthorized);

        house.House.Served.ShouldHaveSingleItem().Key.Name.ShouldBe("own");
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, 1)]
    [InlineData(SslProtocols.Tls13, 1)]
    [InlineData(SslProtocols.Tls12, 2)]
    [InlineData(SslProtocols.Tls13, 2)]
    public async Task Each_version_of_tls_and_of_http_knows_its_caller(SslProtocols protocols, int version)
    {
        await using var house = await CertifiedHouse.StartAsync();
        var caller = house.Caller(house.Of(), protocols: protocols);

        for (var i = 0; i < 2; i++)
        {
            using var answer = await house.AskAsync(caller, new Version(version, version == 1 ? 1 : 0));
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        house.House.Served.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task An_authority_between_is_shown_with_it_or_stands_in_the_file()
    {
        await using var house = await CertifiedHouse.StartAsync();
        using var between = house.Authority.SignAuthority();
        var shown = between.Sign(new MadeCertificate { Names = [MadeAuthority.Dns("web.example")] });

        (await house.StatusAsync(shown)).ShouldBe(HttpStatusCode.Unauthorized);
        (await house.StatusAsync(shown, [between.Itself])).ShouldBe(HttpStatusCode.OK);
        house.Authorities = CallerAuthorities.Read($"{between.Pem}\n{house.Authority.Pem}");
        (await house.StatusAsync(shown)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_renewed_certificate_goes_on_in_the_same_session_and_with_the_same_limits()
    {
        await using var house = await CertifiedHouse.StartAsync(serve: "  limits: { per_user: { rate: 2/h } }");

        List<HttpStatusCode> told =
        [
            await house.StatusAsync(house.Of()),
            await house.StatusAsync(house.Of()),
            await house.StatusAsync(house.Of()),
        ];
        told.ShouldBe([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests]);
        house.House.Served.ShouldHaveSingleItem();
        var mesh = house.Authority.Sign(
            new MadeCertificate { Names = [(CertificateName.Uri, "spiffe://example.com/mesh")] }
        );
        (await house.StatusAsync(mesh)).ShouldBe(HttpStatusCode.OK, "what another asked is another's");
    }

    [Fact]
    public async Task One_without_an_end_holds()
    {
        await using var house = await CertifiedHouse.StartAsync();
        using var root = new MadeAuthority("CN=For ever");
        house.Authorities = CallerAuthorities.Read(root.Pem);
        var never = new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);
        var shown = root.Sign(new MadeCertificate { Names = [MadeAuthority.Dns("web.example")], Until = never });

        (await house.StatusAsync(shown)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Others_show_their_keys_or_nothing_beside()
    {
        await using var house = await CertifiedHouse.StartAsync(callers: "    anonymous: Tests say so.");
        var caller = house.Caller(null);

        using var keyed = await house.AskAsync(
            caller,
            with: request => request.Headers.Add("x-api-key", InboundHouse.Key)
        );
        using var nobody = await house.AskAsync(caller);

        keyed.StatusCode.ShouldBe(HttpStatusCode.OK);
        nobody.StatusCode.ShouldBe(HttpStatusCode.OK);
        house
            .House.Served.Keys.Select(one => one.Kind)
            .ShouldBe([CallerKind.Key, CallerKind.Anonymous], ignoreOrder: true);
    }

    [Fact]
    public async Task Authorities_that_are_renewed_count_from_the_next_request_on()
    {
        await using var house = await CertifiedHouse.StartAsync();
        using var other = new MadeAuthority("CN=Next authority");
        var next = other.Sign(new MadeCertificate { Names = [MadeAuthority.Dns("web.example")] });
        (await house.StatusAsync(next)).ShouldBe(HttpStatusCode.Unauthorized);

        house.Authorities = CallerAuthorities.Read($"{house.Authority.Pem}\n{other.Pem}");

        (await house.StatusAsync(next)).ShouldBe(HttpStatusCode.OK);
        (await house.StatusAsync(house.Of())).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_socket_ends_with_the_certificate_that_opened_it()
    {
        await using var house = await CertifiedHouse.StartAsync();
        house.House.Agent.Answer = SocketTalk.EchoAsync;
        var brief = house.Authority.Sign(
            new MadeCertificate
            {
                Names = [MadeAuthority.Dns("web.example")],
                Until = StandingClock.Start.AddSeconds(3),
            }
        );
        using var socket = new ClientWebSocket();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var url = new Uri($"wss://{house.House.EndPoint}/open/talk");
        await socket.ConnectAsync(url, house.Caller(brief), limit.Token);
        (await SocketTalk.AskAsync(socket, "one")).ShouldBe("echo one");

        house.Clock.Advance(TimeSpan.FromSeconds(3));
        var end = await socket.ReceiveAsync(new ArraySegment<byte>(new byte[100]), limit.Token);

        end.CloseStatus.ShouldBe(WebSocketCloseStatus.PolicyViolation);
    }

    [Fact]
    public void A_file_of_authorities_holds_authorities_and_at_least_one_root()
    {
        using var authority = new MadeAuthority();
        using var between = authority.SignAuthority();
        using var own = MadeAuthority.SignItself(new MadeCertificate());

        CallerAuthorities.Read($"{authority.Pem}\n{between.Pem}").Roots.ShouldHaveSingleItem();
        Says("").ShouldContain("0 certificates");
        Says("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----").ShouldContain("no certificate in PEM");
        Says(between.Pem).ShouldContain("no root");
        Says(own.ExportCertificatePem()).ShouldContain("no authority's");
        Says($"{authority.Pem}\n{authority.Sign(new MadeCertificate()).ExportCertificatePem()}")
            .ShouldContain("no authority's");
        Says(string.Concat(Enumerable.Repeat($"{authority.Pem}\n", CallerAuthorities.MaxCertificates + 1)))
            .ShouldContain("65 certificates");
    }

    private static string Says(string pem) => Should.Throw<IOException>(() => CallerAuthorities.Read(pem)).Message;
}
