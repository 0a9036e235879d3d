using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Vault.Identity;
using Bartizan.Vault.Keys;

namespace Bartizan.Vault.Tests.Identity;

/// <summary>What the instance signs of an agent, read the way another one would: by the published keys and the specifications.</summary>
public sealed class AgentTokenTests : IDisposable
{
    private readonly GivenTime _clock = new();
    private readonly Disk _disk = new();
    private readonly IdentityKeys _keys;
    private readonly AgentTokens _tokens;
    private readonly AgentClaims _who = new(SessionId.New(), "helper", "production", "ab12");

    public AgentTokenTests()
    {
        _keys = new IdentityKeys(_disk, _clock);
        _tokens = new AgentTokens(_keys, new IdentityPlace("example.com", "https://id.example.com"), _clock);
    }

    [Fact]
    public void It_says_who_for_whom_and_until_when_and_verifies_by_the_published_key()
    {
        var token = Sign();

        var claims = VerifiedBy(_keys.PublicSet(), token);

        claims["iss"]!.GetValue<string>().ShouldBe("https://id.example.com");
        claims["sub"]!.GetValue<string>().ShouldBe("spiffe://example.com/agent/helper");
        claims["aud"]!.GetValue<string>().ShouldBe("https://api.example.com");
        claims["sid"]!.GetValue<string>().ShouldBe(_who.Session.ToString());
        (claims["exp"]!.GetValue<long>() - claims["iat"]!.GetValue<long>()).ShouldBe(600);
        claims["env"]!.GetValue<string>().ShouldBe("production");
        _tokens.Verify(token)!.Session.ShouldBe(_who.Session);
    }

    [Fact]
    public void Its_key_is_named_by_the_thumbprint_of_the_specification()
    {
        var key = JsonNode.Parse(_keys.PublicSet())!["keys"]![0]!;

        var members = $$"""{"crv":"P-256","kty":"EC","x":"{{key["x"]}}","y":"{{key["y"]}}"}""";
        key["kid"]!
            .GetValue<string>()
            .ShouldBe(Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(members))));
        key.AsObject().ContainsKey("d").ShouldBeFalse();
    }

    [Fact]
    public void Two_tokens_are_never_the_same() => Sign().ShouldNotBe(Sign());

    [Fact]
    public void One_of_yesterday_is_no_good_and_nor_is_one_of_more_than_15_minutes()
    {
        var token = Sign();

        _clock.Now += TimeSpan.FromMinutes(10);

        _tokens.Verify(token).ShouldBeNull();
        Should.Throw<ArgumentOutOfRangeException>(() => _tokens.Sign(_who, "a", TimeSpan.FromMinutes(16)));
    }

    [Fact]
    public void A_key_signs_for_30_days_and_is_published_for_an_hour_more()
    {
        var old = Sign(TimeSpan.FromMinutes(15));
        var before = Names();
        _clock.Now += TimeSpan.FromMinutes(5);
        var made = _keys.Rotate();

        Names().ShouldBe([made, .. before]);
        VerifiedBy(_keys.PublicSet(), old);
        _tokens.Verify(old).ShouldNotBeNull();

        _clock.Now += IdentityKeys.PublishFor;
        Names().ShouldBe([made]);
        _clock.Now += IdentityKeys.ReplaceAfter;
        Sign();
        Names()[0].ShouldNotBe(made);
    }

    [Fact]
    public void The_keys_outlive_a_restart()
    {
        var token = Sign();

        using var again = new IdentityKeys(_disk, _clock);

        again.PublicSet().ShouldBe(_keys.PublicSet());
        VerifiedBy(again.PublicSet(), token);
        _disk.Writes.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]x")]
    [InlineData("{}")]
    [InlineData("[null]")]
    [InlineData("""[{"made":1,"pkcs8":"AAAA"}]""")]
    [InlineData("""[{"made":"x","pkcs8":1}]""")]
    public void A_file_that_is_something_else_is_not_replaced_silently(string text)
    {
        var disk = new Disk { Text = text };
        using var keys = new IdentityKeys(disk, _clock);

        Should.Throw<IOException>(keys.PublicSet).Message.ShouldContain("move it away");
        disk.Text.ShouldBe(text);
    }

    [Theory]
    [InlineData("none", null)]
    [InlineData("HS256", null)]
    [InlineData("ES384", null)]
    [InlineData("es256", null)]
    [InlineData("ES256", "another")]
    [InlineData("ES256", "../../keys/authority.pem")]
    public void What_a_token_says_of_itself_does_not_choose_how_it_is_verified(string algorithm, string? key)
    {
        var parts = Sign().Split('.');
        var name = key ?? Names()[0];
        var header = $$"""{"alg":"{{algorithm}}","kid":"{{name}}","typ":"JWT"}""";
        var said = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{parts[1]}";

        // The well-known confusion: the public key, as the key of a MAC.
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(_keys.PublicSet()), Encoding.UTF8.GetBytes(said));
        foreach (var signature in (string[])["", parts[2], Base64Url.EncodeToString(mac)])
        {
            _tokens.Verify($"{said}.{signature}").ShouldBeNull();
        }
    }

    [Fact]
    public void A_token_of_another_issuer_with_a_key_in_its_header_is_no_token()
    {
        using var theirs = new IdentityKeys(new Disk(), _clock);
        var foreign = new AgentTokens(theirs, new IdentityPlace("example.com", "https://id.example.com"), _clock);

        _tokens.Verify(TextOf(foreign.Sign(_who, "a", CredentialSource.TokenLife))).ShouldBeNull();
        foreach (
            var other in (IdentityPlace[])
                [new("example.com", "https://id.example.com/"), IdentityPlace.Named("example.com")]
        )
        {
            _tokens
                .Verify(TextOf(new AgentTokens(_keys, other, _clock).Sign(_who, "a", CredentialSource.TokenLife)))
                .ShouldBeNull();
        }
    }

    [Fact]
    public void Any_change_of_a_character_makes_it_none()
    {
        var token = Sign();
        for (var at = 0; at < token.Length; at++)
        {
            foreach (var other in (char[])['A', 'b', '.', '=', '\n'])
            {
                var changed = $"{token[..at]}{other}{token[(at + 1)..]}";
                if (changed != token)
                {
                    _tokens.Verify(changed).ShouldBeNull($"{at} {(int)other}");
                }
            }
        }
    }

    [Fact]
    public void The_zero_signature_is_none()
    {
        var parts = Sign().Split('.');

        _tokens.Verify($"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(new byte[64])}").ShouldBeNull();
    }

    public void Dispose() => _keys.Dispose();

    private string Sign(TimeSpan? life = null) =>
        TextOf(_tokens.Sign(_who, "https://api.example.com", life ?? CredentialSource.TokenLife));

    private static string TextOf(AgentToken token)
    {
        var text = "";
        token.Text.Use(chars => text = chars.ToString());
        return text;
    }

    private string[] Names() =>
        [.. JsonNode.Parse(_keys.PublicSet())!["keys"]!.AsArray().Select(k => k!["kid"]!.GetValue<string>())];

    // As a service elsewhere would, with nothing of ours.
    private static JsonObject VerifiedBy(string set, string token)
    {
        var parts = token.Split('.');
        var header = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!;
        var key = JsonNode.Parse(set)!["keys"]!
            .AsArray()
            .Single(k => k!["kid"]!.GetValue<string>() == header["kid"]!.GetValue<string>())!;
        using var verifier = ECDsa.Create(
            new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint
                {
                    X = Base64Url.DecodeFromChars(key["x"]!.GetValue<string>()),
                    Y = Base64Url.DecodeFromChars(key["y"]!.GetValue<string>()),
                },
            }
        );
        verifier
            .VerifyData(
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
                Base64Url.DecodeFromChars(parts[2]),
                HashAlgorithmName.SHA256
            )
            .ShouldBeTrue();
        return JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject();
    }

    private sealed class Disk : IKeyDisk
    {
        public string? Text { get; set; }

        public int Writes { get; private set; }

        public string? Read() => Text;

        public void Replace(string text) => (Text, Writes) = (text, Writes + 1);
    }
}
