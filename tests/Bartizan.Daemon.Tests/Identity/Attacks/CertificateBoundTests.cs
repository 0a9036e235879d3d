using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Control;
using Bartizan.Core.Entries;
using Bartizan.Vault.Identity;

namespace Bartizan.Daemon.Tests.Identity.Attacks;

/// <summary>Tokens that are bound to a client's certificate (RFC 8705), over real TLS; and whoever has the token without it.</summary>
public sealed partial class CertificateBoundTests : IAsyncLifetime
{
    private readonly IPEndPoint _listen = FreePort.NextEndPoint();
    private readonly IPEndPoint _clear = FreePort.NextEndPoint();
    private readonly TokenHouse _house;
    private readonly X509Certificate2 _served;
    private readonly X509Certificate2 _mine;
    private readonly X509Certificate2 _theirs;
    private readonly ProofMaker _maker;
    private readonly List<HttpClient> _clients = [];
    private readonly List<IdentityServer> _servers = [];

    public CertificateBoundTests()
    {
        _house = new TokenHouse($"https://{_listen}");
        var now = _house.Clock.Now;
        _served = MadeCertificates.Fresh(now);
        (_mine, _theirs) = (MadeCertificates.Fresh(now), MadeCertificates.Fresh(now));
        _maker = new ProofMaker($"{_house.Issuer}/token", _house.Clock);
    }

    public async ValueTask InitializeAsync()
    {
        var shown = SslStreamCertificateContext.Create(_served, null, offline: true);
        _servers.Add(await _house.ServeAsync(_listen, () => shown));
        _servers.Add(await _house.ServeAsync(_clear, null));
    }

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(one => one.Dispose());
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        _house.Dispose();
        _served.Dispose();
        _mine.Dispose();
        _theirs.Dispose();
        _maker.Dispose();
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Over_a_connection_with_a_certificate_the_token_names_it_and_without_one_none(SslProtocols version)
    {
        var (parent, child) = (_house.Token(_house.Parent), _house.Token(_house.Child));

        var bound = await AskAsync(Client(_mine, version), parent, child);
        var plain = await AskAsync(Client(null, version), parent, child);

        bound["token_type"]!.GetValue<string>().ShouldBe("Bearer");
        CnfOf(bound).ShouldBe($$"""{"x5t#S256":"{{ThumbprintOf(_mine)}}"}""");
        CnfOf(plain).ShouldBe("none");
        _house.Entries.ShouldContain(e =>
            e.Detail == "exchanged" && e.Reason!.Contains($"bound to the certificate {ThumbprintOf(_mine)}")
        );
        var told = JsonNode.Parse(await Client(null).GetStringAsync("/.well-known/openid-configuration"))!;
        told["tls_client_certificate_bound_access_tokens"]!.GetValue<bool>().ShouldBeTrue();
        told.AsObject().ContainsKey("mtls_endpoint_aliases").ShouldBeFalse();
        told = JsonNode.Parse(await Client(null).GetStringAsync($"http://{_clear}/.well-known/openid-configuration"))!;
        told.AsObject().ContainsKey("tls_client_certificate_bound_access_tokens").ShouldBeFalse();
    }

    [Fact]
    public async Task Who_verifies_a_bound_token_is_told_its_certificate()
    {
        var bound = await BoundAsync(_mine);

        using var answer = await Client(null)
            .PostAsync("/introspect", new FormUrlEncodedContent([new("token", bound)]));

        var said = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
        said["active"]!.GetValue<bool>().ShouldBeTrue();
        said["cnf"]!["x5t#S256"]!.GetValue<string>().ShouldBe(ThumbprintOf(_mine));
        said.ContainsKey("token_type").ShouldBeFalse();
    }

    [Fact]
    public async Task A_token_of_a_certificate_goes_on_over_it_and_stays_bound()
    {
        var bound = await BoundAsync(_mine);

        CnfOf(await AskAsync(Client(_mine), bound)).ShouldContain(ThumbprintOf(_mine));
    }

    [Fact]
    public async Task A_token_of_a_certificate_is_nothing_without_it_and_the_log_says_so_once()
    {
        var bound = await BoundAsync(_mine);
        _house.Entries.Clear();

        ShouldBeRefused(await AskAsync(Client(null), bound));
        ShouldBeRefused(await AskAsync(Client(_theirs), bound));
        ShouldBeRefused(await AskAsync(Client(_theirs), bound, proof: _maker.Make()));
        ShouldBeRefused(await AskAsync(Client(null), bound, proof: _maker.Make(("ath", DpopProof.HashOf(bound)))));
        ShouldBeRefused(await AskAsync(Client(null), bound, headers: ("Authorization", $"Bearer {bound}")));

        _house
            .Entries.ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(
                e => e.Kind.ShouldBe(EntryKind.Refusal),
                e => e.Reason!.ShouldContain("bound to a certificate, and whoever sent it didn't show that it holds it")
            );
    }

    [Fact]
    public async Task In_the_clear_a_token_of_a_certificate_is_nothing_and_TLS_is_all_that_is_spoken()
    {
        var bound = await BoundAsync(_mine);
        var clear = Client(_mine);

        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{_clear}/token");
        request.Content = new FormUrlEncodedContent([
            new("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            new("subject_token", bound),
            new("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
            new("audience", TokenHouse.Stock),
        ]);
        using var answer = await clear.SendAsync(request, TestContext.Current.CancellationToken);
        ShouldBeRefused(JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject());

        using var socket = new TcpClient();
        await socket.ConnectAsync(_listen, TestContext.Current.CancellationToken);
        await socket.GetStream().WriteAsync("GET /.well-known/jwks.json HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        var said = new MemoryStream();
        try
        {
            await socket.GetStream().CopyToAsync(said, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // Reset: as good as closed.
        }

        Encoding.Latin1.GetString(said.ToArray()).ShouldNotContain("HTTP/");
    }

    [Theory]
    [InlineData("X-Client-Cert")]
    [InlineData("X-SSL-Client-Cert")]
    [InlineData("SSL-Client-Cert")]
    [InlineData("X-SSL-Cert")]
    [InlineData("X-Forwarded-Client-Cert")]
    [InlineData("X-Forwarded-Tls-Client-Cert")]
    [InlineData("X-ARR-ClientCert")]
    [InlineData("Client-Cert")]
    [InlineData("Client-Cert-Chain")]
    public async Task What_a_header_says_of_a_certificate_is_never_believed(string header)
    {
        var bound = await BoundAsync(_mine);
        var clear = Client(null);
        foreach (
            var value in (string[])
                [
                    $":{Convert.ToBase64String(_mine.RawData)}:",
                    Convert.ToBase64String(_mine.RawData),
                    Uri.EscapeDataString(_mine.ExportCertificatePem()),
                    $"Hash={Convert.ToHexString(SHA256.HashData(_mine.RawData))};Cert=\"{Uri.EscapeDataString(_mine.ExportCertificatePem())}\"",
                ]
        )
        {
            ShouldBeRefused(await AskAsync(Client(null), bound, headers: (header, value)));
            ShouldBeRefused(await AskAsync(Client(_theirs), bound, headers: (header, value)));
            var plain = await AskAsync(
                clear,
                _house.Token(_house.Parent),
                _house.Token(_house.Child),
                headers: [(header, value), ("X-Forwarded-Proto", "https"), ("X-SSL-Client-Verify", "SUCCESS")]
            );
            CnfOf(plain).ShouldBe("none");
        }
    }

    [Fact]
    public async Task Another_certificate_of_the_same_key_is_another_and_so_is_the_same_written_otherwise()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var first = MadeCertificates.Of(key, _house.Clock.Now);
        using var again = MadeCertificates.Of(key, _house.Clock.Now);
        using var mirrored = MadeCertificates.Mirrored(first, key);
        mirrored.PublicKey.EncodedKeyValue.RawData.ShouldBe(first.PublicKey.EncodedKeyValue.RawData);
        var bound = await BoundAsync(first);

        ShouldBeRefused(await AskAsync(Client(again), bound));
        ShouldBeRefused(await AskAsync(Client(mirrored), bound));
        CnfOf(await AskAsync(Client(first), bound)).ShouldContain(ThumbprintOf(first));
    }

    [Fact]
    public async Task A_bound_actor_needs_its_certificate_too_and_no_connection_has_two()
    {
        var (parent, child) = (_house.Token(_house.Parent), _house.Token(_house.Child));
        var subject = _house.Token(_house.Parent, TokenBinding.Of(null, ThumbprintOf(_mine)));
        var actor = _house.Token(_house.Child, TokenBinding.Of(null, ThumbprintOf(_theirs)));

        ShouldBeRefused(await AskAsync(Client(null), parent, actor));
        ShouldBeRefused(await AskAsync(Client(_mine), parent, actor));
        ShouldBeRefused(await AskAsync(Client(_mine), subject, actor));
        ShouldBeRefused(await AskAsync(Client(_theirs), subject, actor));
        ShouldBeRefused(await AskAsync(Client(null), subject, child));
        CnfOf(await AskAsync(Client(_theirs), parent, actor)).ShouldContain(ThumbprintOf(_theirs));
    }

    [Fact]
    public async Task Nothing_that_is_bound_becomes_less_bound()
    {
        var child = _house.Token(_house.Child);
        var ofCertificate = _house.Token(_house.Parent, TokenBinding.Of(null, ThumbprintOf(_mine)));
        var ofKey = _house.Token(_house.Child, TokenBinding.Of(_maker.Thumbprint, null));
        var both = $$"""{"jkt":"{{_maker.Thumbprint}}","x5t#S256":"{{ThumbprintOf(_mine)}}"}""";

        CnfOf(await AskAsync(Client(_mine), ofCertificate, child)).ShouldContain(ThumbprintOf(_mine));
        ShouldBeRefused(await AskAsync(Client(_mine), ofCertificate, ofKey), "invalid_dpop_proof");
        ShouldBeRefused(await AskAsync(Client(null), ofCertificate, ofKey, _maker.Make()));
        CnfOf(await AskAsync(Client(_mine), ofCertificate, ofKey, _maker.Make())).ShouldBe(both);
    }

    [Fact]
    public async Task Who_shows_a_key_and_a_certificate_is_bound_to_both_and_needs_both()
    {
        var (parent, child) = (_house.Token(_house.Parent), _house.Token(_house.Child));

        var given = await AskAsync(Client(_mine), parent, child, _maker.Make(), _house.Issuer);

        given["token_type"]!.GetValue<string>().ShouldBe("DPoP");
        CnfOf(given).ShouldBe($$"""{"jkt":"{{_maker.Thumbprint}}","x5t#S256":"{{ThumbprintOf(_mine)}}"}""");
        var bound = given["access_token"]!.GetValue<string>();
        ShouldBeRefused(await AskAsync(Client(_mine), bound), "invalid_dpop_proof");
        ShouldBeRefused(await AskAsync(Client(null), bound, proof: _maker.Make()));
        ShouldBeRefused(await AskAsync(Client(_theirs), bound, proof: _maker.Make()));
        CnfOf(await AskAsync(Client(_mine), bound, proof: _maker.Make())).ShouldBe(CnfOf(given));
    }

    [Fact]
    public async Task Each_connection_has_its_own_certificate_however_many_requests_share_it()
    {
        var (parent, child) = (_house.Token(_house.Parent), _house.Token(_house.Child));
        var (mine, theirs, none) = (
            Client(_mine, version: HttpVersion.Version20),
            Client(_theirs, version: HttpVersion.Version20),
            Client(null, version: HttpVersion.Version20)
        );

        var replies = await Task.WhenAll(
            Enumerable
                .Range(0, IdentityServer.MaxExchanges)
                .Select(i =>
                    AskAsync(
                        i % 3 == 0 ? mine
                            : i % 3 == 1 ? theirs
                            : none,
                        parent,
                        child
                    )
                )
        );

        for (var i = 0; i < replies.Length; i++)
        {
            CnfOf(replies[i])
                .ShouldBe(i % 3 == 2 ? "none" : $$"""{"x5t#S256":"{{ThumbprintOf(i % 3 == 0 ? _mine : _theirs)}}"}""");
        }
    }

    [Fact]
    public async Task A_certificate_that_ended_or_has_an_uncommon_key_binds_as_any_other()
    {
        var now = _house.Clock.Now;
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        X509Certificate2[] odd =
        [
            MadeCertificates.Fresh(now, -90, -60),
            MadeCertificates.Fresh(now, 60, 90),
            MadeCertificates.OfRsa(4096, now),
            MadeCertificates.Of(curve, now),
        ];
        foreach (var one in odd)
        {
            var bound = await BoundAsync(one);
            CnfOf(await AskAsync(Client(one), bound)).ShouldContain(ThumbprintOf(one));
            ShouldBeRefused(await AskAsync(Client(_mine), bound));
            one.Dispose();
        }
    }

    [Fact]
    public async Task A_huge_certificate_is_no_connection()
    {
        using var huge = MadeCertificates.Padded(40_000, _house.Clock.Now);

        await Should.ThrowAsync<HttpRequestException>(() => BoundAsync(huge));

        CnfOf(await AskAsync(Client(_mine), await BoundAsync(_mine))).ShouldContain(ThumbprintOf(_mine));
    }

    [Fact]
    public async Task A_certificate_makes_the_instance_ask_nobody()
    {
        using var asked = new TcpListener(IPAddress.Loopback, 0);
        asked.Start();
        using var pointing = MadeCertificates.Pointing($"http://{asked.LocalEndpoint}", _house.Clock.Now);

        await BoundAsync(pointing);

        asked.Pending().ShouldBeFalse();
    }
}
