using System.Text.Json.Nodes;
using Bartizan.Vault.Identity;

namespace Bartizan.Vault.Tests.Identity;

/// <summary>What a token is bound to is read as it was written, and what isn't known is held by nobody.</summary>
public sealed class TokenBindingTests
{
    [Theory]
    [InlineData("k", null, """{"jkt":"k"}""", "the key k")]
    [InlineData(null, "c", """{"x5t#S256":"c"}""", "the certificate c")]
    [InlineData("k", "c", """{"jkt":"k","x5t#S256":"c"}""", "the key k and the certificate c")]
    public void It_is_read_as_it_was_written(string? key, string? certificate, string claim, string says)
    {
        var bound = TokenBinding.Of(key, certificate)!;

        bound.Says.ShouldBe(says);
        bound
            .ToClaim()
            .ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
            .ShouldBe(claim);
        TokenBinding.Read(JsonNode.Parse(claim)!.AsObject()).ShouldBe(bound);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"jwk":{}}""")]
    [InlineData("""{"jkt":"k","x5u":"https://keys.example"}""")]
    [InlineData("""{"jkt":null}""")]
    [InlineData("""{"jkt":"k","x5t#S256":null}""")]
    public void What_isnt_known_is_no_binding_and_no_token(string claim) =>
        Should.Throw<FormatException>(() => TokenBinding.Read(JsonNode.Parse(claim)!.AsObject()));

    [Fact]
    public void Nothing_is_no_binding() => TokenBinding.Of(null, null).ShouldBeNull();
}
