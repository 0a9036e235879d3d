using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Guards.Sensitive;

namespace Bartizan.Guards.Tests.Contents;

/// <summary>How much of a class of personal data one action may hold.</summary>
public sealed class DataCountTests
{
    private const string Guards = "{ output: { caps: { email: 2, payment-card: 0 } } }";

    [Fact]
    public async Task What_keeps_to_the_caps_passes_and_what_is_over_is_refused()
    {
        var house = new House(Guards);
        (await house.ToolAsync("""{"to":"anna@shop.test, bob@shop.test"}""")).Strictest.ShouldBe(Effect.Allow);
        var report = await house.ToolAsync("""{"to":"anna@shop.test","cc":["bob@shop.test","cy@shop.test"]}""");
        report.Strictest.ShouldBe(Effect.Deny);
        report.Findings.ShouldContain(f => f.Contains("more than 2 of email"));
        report.Findings.ShouldNotContain(f => f.Contains("anna"));
        (await house.ToolAsync("""{"pay":"4111 1111 1111 1111"}""")).Strictest.ShouldBe(Effect.Deny);
    }

    [Fact]
    public async Task The_same_value_twice_is_one()
    {
        var report = await new House(Guards).ToolAsync(
            """{"a":"anna@shop.test","b":"Anna@shop.test","c":"anna@shop.test"}"""
        );
        report.Strictest.ShouldBe(Effect.Allow);
    }

    [Fact]
    public async Task Head_and_body_of_a_request_are_counted_together()
    {
        const string Head = "POST /a?to=anna@shop.test HTTP/1.1\r\nX-From: bob@shop.test\r\n";
        (await new House(Guards).HttpAsync(Head, "")).Strictest.ShouldBe(Effect.Allow);
        (await new House(Guards).HttpAsync(Head, "cy@shop.test")).Strictest.ShouldBe(Effect.Deny);
    }

    [Fact]
    public async Task A_person_is_asked_where_the_manifest_says_so()
    {
        var house = new House("{ output: { caps: { email: 0 }, over_caps: ask } }");
        (await house.ToolAsync("""{"to":"anna@shop.test"}""")).Strictest.ShouldBe(Effect.Ask);
    }

    [Fact]
    public async Task What_is_encoded_or_too_much_to_be_counted_is_over()
    {
        var house = new House("{ output: { caps: { email: 200 } } }");
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes("write to anna@shop.test and to bob@shop.test"));
        (await house.ToolAsync($$"""{"data":"{{encoded}}"}""")).Strictest.ShouldBe(Effect.Deny);
        var many = string.Join(' ', Enumerable.Range(0, 300).Select(n => $"10.9.{n % 200}.{n / 200} a{n}@shop.test"));
        (await house.ToolAsync($$"""{"data":"{{many}}"}""")).Strictest.ShouldBe(Effect.Deny);
    }

    [Fact]
    public void A_class_that_nobody_finds_is_a_load_error()
    {
        var load = ManifestLoader.Load(
            """
            apiVersion: bartizan/v1
            agent: tester
            version: 1
            owner: tests@example.com
            environment: development
            guards: { output: { caps: { e-mail: 5 } } }
            rules:
              - { allow: "tool a/b", why: A test says so. }
            """,
            "agent.yaml",
            _ => null
        );
        load.Errors.ShouldContain(e => e.ToString().Contains("is no class of personal data"));
    }

    [Fact]
    public void Every_number_that_is_found_can_be_capped() =>
        NumberKinds.All.Select(kind => kind.Name).Except(DataKinds.All).ShouldBeEmpty();
}
