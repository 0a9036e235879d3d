using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Core.Identity;

namespace Bartizan.Core.Tests.Identity.Attacks;

public sealed class HostileKeySetTests : IDisposable
{
    private readonly TokenForge _forge = new();

    public void Dispose() => _forge.Dispose();

    public static TheoryData<string, string> Changes =>
        new()
        {
            { "use", "\"enc\"" },
            { "use", "7" },
            { "key_ops", "[\"encrypt\"]" },
            { "key_ops", "[]" },
            { "key_ops", "\"verify\"" },
            { "alg", "\"PS256\"" },
            { "alg", "\"HS256\"" },
            { "alg", "\"RSA-OAEP\"" },
            { "kid", "\"\"" },
            { "kid", "7" },
            { "kid", "null" },
            { "kty", "\"oct\"" },
            { "kty", "\"rsa\"" },
            { "kty", "\"EC\"" },
            { "kty", "\"OKP\"" },
            { "k", "\"c2VjcmV0\"" },
            { "d", "\"AQAB\"" },
            { "e", "\"AQ\"" },
            { "e", "\"Aw\"" },
            { "e", "\"AQAA\"" },
            { "e", "\"\"" },
            { "e", "\"AQAB=\"" },
            { "e", "\"AQAAAAAB\"" },
            { "e", "65537" },
            { "n", "\"AQAB\"" },
            { "n", "null" },
        };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_key_that_isnt_one_to_verify_with_verifies_nothing(string member, string value)
    {
        var key = _forge.RsaKey();
        var token = _forge.Sign(TokenForge.Head("RS256"), TokenForge.Claims());
        _forge.Verify(token, keys: TokenForge.Set(key)).IsGood.ShouldBeTrue();

        var hostile = key.DeepClone().AsObject();
        hostile[member] = JsonNode.Parse(value);

        _forge.Verify(token, keys: TokenForge.Set(hostile)).IsGood.ShouldBeFalse();
    }

    [Fact]
    public void With_an_exponent_of_one_every_text_would_be_signed()
    {
        var key = _forge.RsaKey();
        key["e"] = TokenForge.Text([1]);
        var said =
            $"{TokenForge.Text(TokenForge.Head("RS256").ToJsonString())}.{TokenForge.Text(TokenForge.Claims().ToJsonString())}";
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(said));
        byte[] prefix =
        [
            0x30,
            0x31,
            0x30,
            0x0d,
            0x06,
            0x09,
            0x60,
            0x86,
            0x48,
            0x01,
            0x65,
            0x03,
            0x04,
            0x02,
            0x01,
            0x05,
            0x00,
            0x04,
            0x20,
        ];
        byte[] padded =
        [
            0,
            1,
            .. Enumerable.Repeat((byte)0xff, 256 - 3 - prefix.Length - hash.Length),
            0,
            .. prefix,
            .. hash,
        ];

        _forge.Verify($"{said}.{TokenForge.Text(padded)}", keys: TokenForge.Set(key)).IsGood.ShouldBeFalse();
    }

    [Fact]
    public void A_key_of_1024_bits_verifies_nothing()
    {
        using var weak = RSA.Create(1024);
        var said =
            $"{TokenForge.Text(TokenForge.Head("RS256").ToJsonString())}.{TokenForge.Text(TokenForge.Claims().ToJsonString())}";
        var signature = weak.SignData(
            Encoding.ASCII.GetBytes(said),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );

        _forge
            .Verify(
                $"{said}.{TokenForge.Text(signature)}",
                keys: TokenForge.Set(TokenForge.KeyOf(weak.ExportParameters(false)))
            )
            .Fault.ShouldBe(TokenFault.UnknownKey);
    }

    [Theory]
    [InlineData("P-384", "P-384")]
    [InlineData("P-384", "P-256")]
    [InlineData("P-521", "P-256")]
    public void Another_curve_verifies_nothing(string curve, string named)
    {
        using var other = ECDsa.Create(curve == "P-384" ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP521);
        var said =
            $"{TokenForge.Text(TokenForge.Head("ES256").ToJsonString())}.{TokenForge.Text(TokenForge.Claims().ToJsonString())}";
        var signature = other.SignData(Encoding.ASCII.GetBytes(said), HashAlgorithmName.SHA256);

        _forge
            .Verify($"{said}.{TokenForge.Text(signature)}", keys: TokenForge.Set(TokenForge.KeyOf(other, named)))
            .IsGood.ShouldBeFalse();
    }

    [Fact]
    public void A_point_that_isnt_on_the_curve_verifies_nothing()
    {
        var key = _forge.CurveKey();
        key["y"] = key["x"]!.DeepClone();
        var token = _forge.Sign(TokenForge.Head("ES256"), TokenForge.Claims());

        _forge.Verify(token, keys: TokenForge.Set(key)).Fault.ShouldBe(TokenFault.Signature);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("""{"keys":[],"keys":[]}""")]
    [InlineData("""{"keys":[]} x""")]
    [InlineData("<html>sign in first</html>")]
    public void What_is_no_set_is_none(string text)
    {
        JsonWebKeys.Parse(Encoding.UTF8.GetBytes(text), out var problem).ShouldBeNull();
        problem.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_name_that_two_keys_have_makes_the_set_unreadable()
    {
        var second = _forge.CurveKey();
        second["kid"] = "rsa";
        var text = new JsonObject { ["keys"] = new JsonArray(_forge.RsaKey(), second) }.ToJsonString();

        JsonWebKeys.Parse(Encoding.UTF8.GetBytes(text), out var problem).ShouldBeNull();
        problem.ShouldBe("has one name for two keys");
    }

    [Fact]
    public void A_huge_set_isnt_read()
    {
        JsonWebKeys.Parse(new byte[JsonWebKeys.MaxBytes + 1], out _).ShouldBeNull();
        var many = new JsonArray([
            .. Enumerable.Range(0, JsonWebKeys.MaxKeys + 1).Select(_ => (JsonNode)new JsonObject()),
        ]);
        JsonWebKeys
            .Parse(Encoding.UTF8.GetBytes(new JsonObject { ["keys"] = many }.ToJsonString()), out var problem)
            .ShouldBeNull();
        problem.ShouldContain("more than 100 keys");
    }

    [Fact]
    public void Keys_of_kinds_that_nobody_knows_here_are_passed_over()
    {
        var set = TokenForge.Set(
            new JsonObject
            {
                ["kty"] = "oct",
                ["kid"] = "rsa",
                ["k"] = "c2VjcmV0",
            },
            new JsonObject { ["kty"] = "AKP", ["kid"] = "ml-dsa" },
            _forge.RsaKey()
        );

        set.Count.ShouldBe(1);
        _forge.Verify(_forge.Sign(TokenForge.Head("RS256"), TokenForge.Claims()), keys: set).Why.ShouldBeEmpty();
    }
}
