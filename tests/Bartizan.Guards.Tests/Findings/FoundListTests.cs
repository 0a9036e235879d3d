using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Tests.Contents;

namespace Bartizan.Guards.Tests.Findings;

/// <summary>Much of one kind must not hide another.</summary>
public sealed class FoundListTests
{
    private const string Token = "AKIAQ2W3E4R5T6Y7Z2XQ";

    [Fact]
    public async Task Hundreds_of_addresses_do_not_hide_an_encoded_credential()
    {
        var many = string.Join(' ', Enumerable.Range(0, 400).Select(n => $"a{n}@shop.test"));
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes($"the key is {Token} and nothing else"));
        var house = new House("{ output: { secrets: block, personal_data: report } }");
        (await house.ToolAsync($$"""{"text":"{{many}} {{encoded}}"}""")).Strictest.ShouldBe(Effect.Deny);
    }

    [Fact]
    public void Hundreds_of_doubtful_finds_do_not_hide_a_sure_one()
    {
        var many = string.Join(' ', Enumerable.Range(0, 400).Select(n => $"a{n}@shop.example"));
        ContentScan
            .Of($"{many} anna@shop.test", Channel.Untrusted, Sought.Sensitive)
            .Findings.ShouldContain(f => f.Kind == "email" && f.Confidence >= 0.75);
    }

    [Theory]
    [InlineData("his number AB 12 34 56 C is known", "uk-nino")]
    [InlineData("7565465465465465465465465465465465465 756.9217.0769.85", "ch-ahv")]
    public void A_number_is_read_with_the_letters_before_it_and_not_from_within_a_longer_one(
        string text,
        string kind
    ) => ContentScan.Of(text, Channel.Untrusted, Sought.Sensitive).Findings.ShouldContain(f => f.Kind == kind);
}
