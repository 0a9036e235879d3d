using System.Net;
using System.Text.Json.Nodes;
using Bartizan.Control;
using Bartizan.Core.Entries;
using Bartizan.Vault.Identity;

namespace Bartizan.Daemon.Tests.Identity.Attacks;

/// <summary>Tokens that are bound to a client's key (RFC 9449), over real HTTP; and whoever has the token without the key.</summary>
public sealed partial class DpopTests : IAsyncLifetime
{
    private const string Stock = TokenHouse.Stock;

    private readonly IPEndPoint _listen = FreePort.NextEndPoint();
    private readonly TokenHouse _house;
    private readonly string _issuer;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly ProofMaker _maker;
    private IdentityServer? _server;

    public DpopTests()
    {
        _issuer = $"http://{_listen}";
        _house = new TokenHouse(_issuer);
        _maker = new ProofMaker($"{_issuer}/token", _house.Clock);
        _house.Clock.Now += TimeSpan.FromMinutes(2);
    }

    public async ValueTask InitializeAsync() => _server = await _house.ServeAsync(_listen, null);

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _house.Dispose();
        _http.Dispose();
        _maker.Dispose();
    }

    [Fact]
    public async Task With_a_proof_the_token_names_the_key_and_without_one_none()
    {
        var (parent, child) = (_house.Parent, _house.Child);

        var bound = await AskAsync(Token(parent), Token(child), _maker.Make());
        var plain = await AskAsync(Token(parent), Token(child));

        bound["token_type"]!.GetValue<string>().ShouldBe("DPoP");
        ClaimsOf(bound)["cnf"]!.ToJsonString().ShouldBe($$"""{"jkt":"{{_maker.Thumbprint}}"}""");
        plain["token_type"]!.GetValue<string>().ShouldBe("Bearer");
        ClaimsOf(plain).ContainsKey("cnf").ShouldBeFalse();
        _house.Entries.ShouldContain(e =>
            e.Detail == "exchanged" && e.Reason!.Contains($"bound to the key {_maker.Thumbprint}")
        );
        var told = await _http.GetStringAsync($"{_issuer}/.well-known/openid-configuration");
        JsonNode.Parse(told)!["dpop_signing_alg_values_supported"]!.ToJsonString().ShouldBe("""["ES256"]""");
    }

    [Fact]
    public async Task Who_verifies_a_bound_token_is_told_its_key()
    {
        var bound = await BoundAsync(_issuer);

        using var answer = await _http.PostAsync(
            $"{_issuer}/introspect",
            new FormUrlEncodedContent([new("token", bound)])
        );

        var said = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        said["active"]!.GetValue<bool>().ShouldBeTrue();
        said["token_type"]!.GetValue<string>().ShouldBe("DPoP");
        said["cnf"]!["jkt"]!.GetValue<string>().ShouldBe(_maker.Thumbprint);
    }

    [Fact]
    public async Task A_bound_token_goes_on_with_its_key_and_stays_bound()
    {
        var bound = await BoundAsync(_issuer);

        var again = await AskAsync(bound, null, _maker.Make());
        var named = await AskAsync(bound, null, _maker.Make(("ath", DpopProof.HashOf(bound))));

        ClaimsOf(again)["cnf"]!["jkt"]!.GetValue<string>().ShouldBe(_maker.Thumbprint);
        ClaimsOf(named)["cnf"]!["jkt"]!.GetValue<string>().ShouldBe(_maker.Thumbprint);
    }

    [Fact]
    public async Task A_bound_token_without_a_proof_is_nothing_and_the_log_says_so_once()
    {
        var bound = await BoundAsync(_issuer);
        _house.Entries.Clear();

        ShouldBeRefused(await AskAsync(bound, null));
        ShouldBeRefused(await AskAsync(bound, null));

        _house
            .Entries.ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(
                e => e.Kind.ShouldBe(EntryKind.Refusal),
                e => e.Reason!.ShouldContain("bound to a key, and whoever sent it didn't show that it holds it")
            );
    }

    [Fact]
    public async Task A_bound_token_is_no_bearer_token()
    {
        var bound = await BoundAsync(_issuer);
        using var request = Request(bound, null);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {bound}").ShouldBeTrue();

        ShouldBeRefused(await SendAsync(request));
    }

    [Fact]
    public async Task A_proof_by_another_key_doesnt_open_a_bound_token()
    {
        var bound = await BoundAsync(_issuer);
        using var thief = new ProofMaker($"{_issuer}/token", _house.Clock);

        ShouldBeRefused(await AskAsync(bound, null, thief.Make()));
        ShouldBeRefused(await AskAsync(bound, null, thief.Make(("ath", DpopProof.HashOf(bound)))));
    }

    [Fact]
    public async Task A_bound_actor_needs_its_key_too()
    {
        var (parent, child) = (_house.Parent, _house.Child);
        using var other = new ProofMaker($"{_issuer}/token", _house.Clock);
        var actor = Token(child, boundTo: other.Thumbprint);

        ShouldBeRefused(await AskAsync(Token(parent), actor));
        ShouldBeRefused(await AskAsync(Token(parent), actor, _maker.Make()));
        ClaimsOf(await AskAsync(Token(parent), actor, other.Make()))["cnf"]!["jkt"]!
            .GetValue<string>()
            .ShouldBe(other.Thumbprint);
    }

    [Fact]
    public async Task Two_tokens_of_two_keys_are_opened_by_neither()
    {
        var (parent, child) = (_house.Parent, _house.Child);
        using var other = new ProofMaker($"{_issuer}/token", _house.Clock);
        var (subject, actor) = (Token(parent, boundTo: _maker.Thumbprint), Token(child, boundTo: other.Thumbprint));

        ShouldBeRefused(await AskAsync(subject, actor, _maker.Make()));
        ShouldBeRefused(await AskAsync(subject, actor, other.Make()));
    }

    [Fact]
    public async Task A_proof_is_taken_once_also_with_its_signature_written_otherwise()
    {
        var bound = await BoundAsync(_issuer);
        var proof = _maker.Make();
        (await AskAsync(bound, null, proof)).ContainsKey("access_token").ShouldBeTrue();

        ShouldBeRefused(await AskAsync(bound, null, proof));
        ShouldBeRefused(await AskAsync(bound, null, ProofMaker.Mirrored(proof)));
        _house.Clock.Now += DpopProofs.Oldest + DpopProofs.Ahead;
        ShouldBeRefused(await AskAsync(bound, null, proof));
        _house.Clock.Now -= DpopProofs.Oldest + DpopProofs.Ahead;
        ShouldBeRefused(await AskAsync(bound, null, proof));
    }

    [Fact]
    public async Task Many_at_once_with_one_proof_get_one_token()
    {
        var bound = await BoundAsync(_issuer);
        var proof = _maker.Make();

        var replies = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => AskAsync(bound, null, proof)));

        replies.Count(reply => reply.ContainsKey("access_token")).ShouldBe(1);
    }

    [Fact]
    public async Task Two_proofs_are_none()
    {
        using var twice = Request(Token(_house.Parent), Token(_house.Child));
        twice.Headers.Add("DPoP", _maker.Make());
        twice.Headers.Add("DPoP", _maker.Make());
        ShouldBeRefused(await SendAsync(twice));

        using var joined = Request(Token(_house.Parent), Token(_house.Child));
        joined.Headers.TryAddWithoutValidation("DPoP", $"{_maker.Make()}, {_maker.Make()}").ShouldBeTrue();
        ShouldBeRefused(await SendAsync(joined));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("hs256")]
    [InlineData("es384")]
    [InlineData("typ")]
    [InlineData("no-typ")]
    [InlineData("crit")]
    [InlineData("no-jwk")]
    [InlineData("private-jwk")]
    [InlineData("symmetric-jwk")]
    [InlineData("p384-jwk")]
    [InlineData("off-curve")]
    [InlineData("long-coordinate")]
    [InlineData("other-key")]
    [InlineData("rsa-jwk")]
    [InlineData("wrong-htm")]
    [InlineData("lower-htm")]
    [InlineData("no-htm")]
    [InlineData("other-path")]
    [InlineData("other-host")]
    [InlineData("other-scheme")]
    [InlineData("with-query")]
    [InlineData("with-user")]
    [InlineData("no-htu")]
    [InlineData("old")]
    [InlineData("future")]
    [InlineData("no-iat")]
    [InlineData("text-iat")]
    [InlineData("infinite-iat")]
    [InlineData("before-start")]
    [InlineData("no-jti")]
    [InlineData("empty-jti")]
    [InlineData("long-jti")]
    [InlineData("number-jti")]
    [InlineData("other-ath")]
    [InlineData("number-ath")]
    [InlineData("oversize")]
    [InlineData("duplicate-claim")]
    [InlineData("changed")]
    [InlineData("two-parts")]
    [InlineData("empty")]
    [InlineData("der-signature")]
    public async Task A_proof_that_is_none_binds_nothing_and_opens_nothing(string how)
    {
        if (how == "before-start")
        {
            _house.Clock.Now -= TimeSpan.FromMinutes(2) - TimeSpan.FromSeconds(30);
        }

        var (parent, child) = (_house.Parent, _house.Child);
        var subject = Token(parent, boundTo: _maker.Thumbprint);

        ShouldBeRefused(await AskAsync(subject, Token(child), _maker.Wrong(how)));
        ShouldBeRefused(await AskAsync(Token(parent), Token(child), _maker.Wrong(how)));
        _house.Entries.ShouldNotContain(e => e.Detail == "exchanged");
    }

    [Fact]
    public void What_is_taken_is_remembered_up_to_a_bound_and_then_nothing_is_taken()
    {
        var proofs = new DpopProofs(new Uri($"{_issuer}/token"), _house.Clock);
        for (var i = 0; i < DpopProofs.MaxProofs; i++)
        {
            proofs.TryTake(new DpopProof("key", $"{i}", null)).ShouldBeTrue();
        }

        proofs.TryTake(new DpopProof("key", "more", null)).ShouldBeFalse();
        _house.Clock.Now += DpopProofs.Oldest + DpopProofs.Ahead + TimeSpan.FromSeconds(2);
        proofs.TryTake(new DpopProof("key", "more", null)).ShouldBeTrue();
        proofs.TryTake(new DpopProof("other", "more", null)).ShouldBeTrue("another key's is another");
    }
}
