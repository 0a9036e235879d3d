using System.Text.Json.Nodes;
using Bartizan.Core.Identity;
using Bartizan.Core.Tests.Identity;
using Bartizan.Gateway.Tests.Egress.Intercepted;
using Bartizan.Vault.Identity.OpenId;
using Bartizan.Vault.Tests.Providers.Clouds;

namespace Bartizan.Vault.Tests.Identity.OpenId;

/// <summary>A provider, or whoever answers in its place, that wants tokens taken which nobody should take, or work done for nothing.</summary>
public sealed class HostileProviderTests
{
    public static TheoryData<string, string?, string> Documents =>
        new()
        {
            { "issuer", "\"https://login.example\"", "another issuer" },
            { "issuer", "\"ISSUER/\"", "another issuer" },
            { "issuer", "[\"ISSUER\"]", "another issuer" },
            { "issuer", null, "another issuer" },
            { "jwks_uri", null, "where its keys are" },
            { "jwks_uri", "\"file:///etc/passwd\"", "jwks_uri" },
            { "jwks_uri", "\"/etc/passwd\"", "jwks_uri" },
            { "jwks_uri", "\"/jwks.json\"", "jwks_uri" },
            { "jwks_uri", "\"http://169.254.169.254/latest\"", "jwks_uri" },
            { "jwks_uri", "\"http://login.example/jwks\"", "jwks_uri" },
            { "jwks_uri", "\"https://user:pass@login.example/jwks\"", "jwks_uri" },
            { "jwks_uri", "\"data:application/json,{}\"", "jwks_uri" },
            { "jwks_uri", "7", "jwks_uri" },
            { "token_endpoint", "\"http://login.example/token\"", "token_endpoint" },
            { "authorization_endpoint", "\"javascript:alert(1)\"", "authorization_endpoint" },
            { "end_session_endpoint", "\"ftp://login.example/\"", "end_session_endpoint" },
        };

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task What_a_provider_may_not_say_of_itself_makes_nothing_good(string name, string? value, string says)
    {
        await using var provider = await OwnProvider.StartAsync();
        if (value is null)
        {
            provider.Said.Remove(name);
        }
        else
        {
            provider.Said[name] = JsonNode.Parse(
                value.Replace("ISSUER", provider.Issuer.Name, StringComparison.Ordinal)
            );
        }

        var verdict = await provider.VerifyAsync();

        verdict.Fault.ShouldBe(TokenFault.Unavailable);
        verdict.Why.ShouldContain(says);
        provider.Asked(OwnProvider.KeySet).ShouldBe(0, "nothing that it names is asked");
        await Should.ThrowAsync<OpenIdUnavailableException>(async () =>
            await provider.Tokens.DiscoverAsync(provider.Issuer, default)
        );
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("<html>sign in first</html>")]
    [InlineData("\ufeff{}")]
    [InlineData("{\"keys\":[]} trailing")]
    [InlineData("{\"keys\":[],\"keys\":[]}")]
    [InlineData("{\"keys\":[{\"kty\":\"oct\",\"kid\":\"curve\",\"k\":\"c2VjcmV0\"}]}")]
    public async Task Keys_that_are_none_make_nothing_good(string keys)
    {
        await using var provider = await OwnProvider.StartAsync();
        provider.Keys = keys;

        (await provider.VerifyAsync()).IsGood.ShouldBeFalse();
    }

    [Fact]
    public async Task Broken_keys_dont_take_the_place_of_good_ones()
    {
        await using var provider = await OwnProvider.StartAsync();
        (await provider.VerifyAsync()).IsGood.ShouldBeTrue();
        provider.Keys = "{\"keys\":[],\"keys\":[]}";
        provider.Clock.Advance(OpenIdServer.Between);

        (await provider.VerifyAsync(provider.Token("unknown"))).Fault.ShouldBe(TokenFault.UnknownKey);
        (await provider.VerifyAsync()).Why.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(JsonWebKeys.MaxBytes + 1)]
    [InlineData((1 << 20) + 1)]
    [InlineData(64 << 20)]
    public async Task A_huge_key_set_isnt_read(int bytes)
    {
        await using var provider = await OwnProvider.StartAsync();
        provider.Keys = $"{{\"keys\":[],\"more\":\"{new string('x', bytes)}\"}}";

        (await provider.VerifyAsync()).Fault.ShouldBe(TokenFault.Unavailable);
    }

    [Fact]
    public async Task A_huge_document_isnt_read()
    {
        await using var provider = await OwnProvider.StartAsync();
        provider.Said["more"] = new string('x', OpenIdDiscovery.MaxBytes);

        (await provider.VerifyAsync()).Fault.ShouldBe(TokenFault.Unavailable);
    }

    [Theory]
    [InlineData(OwnProvider.Document)]
    [InlineData(OwnProvider.KeySet)]
    public async Task A_redirect_is_no_answer(string path)
    {
        await using var evil = await OwnProvider.StartAsync();
        await using var provider = await OwnProvider.StartAsync();
        foreach (var status in new[] { 301, 302, 303, 307, 308 })
        {
            var to = evil.Server.Url.AbsoluteUri.TrimEnd('/') + path;
            provider.Instead = ask =>
                ask.Path == path ? new OwnAnswer(status, "") { Fields = { ["Location"] = to } } : null;
            (await provider.VerifyAsync()).Fault.ShouldBe(TokenFault.Unavailable);
            provider.Clock.Advance(OpenIdServer.Between);
        }

        evil.Server.Asked.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(OwnProvider.Document)]
    [InlineData(OwnProvider.KeySet)]
    public async Task A_slow_answer_is_waited_for_for_seconds(string path)
    {
        await using var provider = await OwnProvider.StartAsync();
        var (arrived, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        provider.Instead = ask =>
        {
            if (ask.Path == path)
            {
                arrived.TrySetResult();
                go.Task.GetAwaiter().GetResult();
            }

            return null;
        };
        var verdict = provider.VerifyAsync();
        await arrived.Task;
        provider.Clock.Advance(OpenIdServer.Within);

        (await verdict).Fault.ShouldBe(TokenFault.Unavailable);
        go.SetResult();
    }

    [Fact]
    public async Task A_flood_of_unknown_keys_is_one_question()
    {
        await using var provider = await OwnProvider.StartAsync();
        (await provider.VerifyAsync()).IsGood.ShouldBeTrue();
        provider.Clock.Advance(OpenIdServer.Between);

        var flood = Enumerable.Range(0, 1000).Select(i => provider.VerifyAsync(provider.Token($"k{i}")));
        var verdicts = await Task.WhenAll(flood);

        verdicts.ShouldAllBe(one => one.Fault == TokenFault.UnknownKey);
        provider.Asked(OwnProvider.KeySet).ShouldBe(2);
        (await provider.VerifyAsync()).IsGood.ShouldBeTrue("who has a good token doesn't notice");
    }

    [Fact]
    public async Task A_flood_before_anything_is_known_is_one_question_too()
    {
        await using var provider = await OwnProvider.StartAsync();

        var verdicts = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => provider.VerifyAsync()));

        verdicts.ShouldAllBe(one => one.IsGood);
        provider.Asked(OwnProvider.Document).ShouldBe(1);
    }

    [Fact]
    public async Task One_issuers_keys_say_nothing_of_anothers_tokens()
    {
        await using var provider = await OwnProvider.StartAsync();
        await using var evil = await OwnProvider.StartAsync();
        var claims = evil.Claims();
        claims["iss"] = provider.Issuer.Name;
        var token = evil.Forge.Sign(TokenForge.Head("ES256"), claims);

        (await provider.VerifyAsync(token)).Fault.ShouldBe(TokenFault.Signature);
        (await provider.VerifyAsync(evil.Token())).Fault.ShouldBe(TokenFault.Signature);
        (await provider.Tokens.VerifyAsync(evil.Issuer, TokenForge.Expected, token, default)).Fault.ShouldBe(
            TokenFault.Issuer
        );
    }

    [Fact]
    public async Task Nobody_else_than_the_named_authority_vouches_for_a_provider()
    {
        using var own = new TestAuthority("own");
        using var other = new TestAuthority("other");
        using var forge = new TokenForge();
        using var certificate = own.Sign("127.0.0.1");
        var url = "";
        await using var server = await OwnServer.StartAsync(
            ask =>
                ask.Path == OwnProvider.Document
                    ? new OwnAnswer(200, $$"""{"issuer":"{{url}}","jwks_uri":"{{url}}/jwks.json"}""")
                    : new OwnAnswer(200, new JsonObject { ["keys"] = new JsonArray(forge.CurveKey()) }.ToJsonString()),
            certificate
        );
        url = server.Url.AbsoluteUri.TrimEnd('/').Replace("http://", "https://", StringComparison.Ordinal);
        var claims = TokenForge.Claims();
        claims["iss"] = url;
        var token = forge.Sign(TokenForge.Head("ES256"), claims);
        var tokens = new OpenIdTokens(new GivenTime { Now = TokenForge.Now });

        (await VerifyAsync(own.File)).Why.ShouldBeEmpty();
        (await VerifyAsync(other.File)).Fault.ShouldBe(TokenFault.Unavailable);
        (await VerifyAsync(null)).Fault.ShouldBe(TokenFault.Unavailable);
        (await VerifyAsync("/nowhere/ca.pem")).Fault.ShouldBe(TokenFault.Unavailable);

        async Task<TokenVerdict> VerifyAsync(string? authority)
        {
            OpenIdIssuer.TryParse(url, authority, out var issuer, out _).ShouldBeTrue();
            return await tokens.VerifyAsync(issuer!, TokenForge.Expected, token, default);
        }
    }
}
