using System.Text.Json.Nodes;
using Bartizan.Core.Conditions;
using Bartizan.Core.Identity;

namespace Bartizan.Core.Tests.Identity;

public sealed class ClaimMappingTests
{
    [Theory]
    [InlineData("\"eu\"", "\"eu\"")]
    [InlineData("3", "3")]
    [InlineData("2.5", "2.5")]
    [InlineData("true", "true")]
    [InlineData("[\"a\",\"b\"]", "[\"a\", \"b\"]")]
    [InlineData("[]", "[]")]
    public void A_claim_is_what_it_says(string claim, string known) => Map(claim).Find("x")!.ToString().ShouldBe(known);

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[\"a\",null]")]
    [InlineData("[[\"a\"]]")]
    [InlineData("1e999")]
    [InlineData("\"a\\ud800\"")]
    [InlineData("[\"a\",\"\\ud800\"]")]
    public void Everything_else_is_unknown(string claim) => Map(claim).Find("x").ShouldBeNull();

    [Fact]
    public void What_is_missing_or_too_long_is_unknown()
    {
        Map($"\"{new string('a', ClaimMapping.MaxTextChars + 1)}\"").Find("x").ShouldBeNull();
        Map($"[{string.Join(',', Enumerable.Repeat("\"a\"", ClaimMapping.MaxTexts + 1))}]").Find("x").ShouldBeNull();
        Map($"[\"{new string('a', ClaimMapping.MaxTextChars + 1)}\"]")
            .Find("x")
            .ShouldBeNull("a list is known whole or not at all");
        Map("1", ("x", "X")).Find("x").ShouldBeNull("names of claims are compared to the letter");
    }

    [Fact]
    public void The_subject_is_the_id_whatever_is_mapped()
    {
        Map("\"admin\"", ("id", "x")).Find("id")!.Text.ShouldBe("248289761001");
        Map("\"admin\"").Find("groups").ShouldBeNull("groups are known only when they are mapped");
    }

    private static AttributeSet Map(string claim, params (string, string)[] map)
    {
        using var forge = new TokenForge();
        var text = TokenForge.Claims().ToJsonString();
        var token = forge.Sign(TokenForge.Head("ES256").ToJsonString(), $"{text[..^1]},\"x\":{claim}}}", "ES256");
        var verdict = forge.Verify(token);
        verdict.Why.ShouldBeEmpty();
        return ClaimMapping.Of(
            verdict.Claims!,
            (map.Length == 0 ? [("x", "x")] : map).ToDictionary(one => one.Item1, one => one.Item2)
        );
    }
}
