using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Tests.Manifests;

namespace Bartizan.Core.Tests.Policies;

/// <summary>The rule that is proposed, pasted into the manifest, allows the action it was proposed for and not its neighbour.</summary>
public sealed class ProposalTests
{
    private const string Head = "apiVersion: bartizan/v1\nagent: a\nrules:\n  - { allow: exec true, why: x }\n";

    [Theory]
    [InlineData("""{"region":"eu"}""", """{"region":"us"}""")]
    [InlineData("""{"region":"eu"}""", """{"region":"eu","all":true}""")]
    [InlineData("""{"region":"eu"}""", "{}")]
    [InlineData("""{"n":5,"ok":true}""", """{"n":6,"ok":true}""")]
    [InlineData("""{"n":5,"ok":true}""", """{"n":5,"ok":false}""")]
    [InlineData("""{"n":5}""", """{"n":"5"}""")]
    [InlineData("""{"n":"5"}""", """{"n":5}""")]
    [InlineData("""{"n":-1.5}""", """{"n":1.5}""")]
    [InlineData("""{"on":"true"}""", """{"on":true}""")]
    [InlineData("""{"to":["a@x.example","b@x.example"]}""", """{"to":["a@x.example","c@x.example"]}""")]
    [InlineData("""{"a":{"b":{"c":"x"}}}""", """{"a":{"b":{"c":"x","d":1}}}""")]
    [InlineData("""{"q":"a, b: \"c\" \\ {d} [e] # f"}""", """{"q":"a, b: \"c\" \\ {d} [e]"}""")]
    [InlineData("""{"q":"größer"}""", """{"q":"grösser"}""")]
    [InlineData("""{"x-y":" x"}""", """{"x-y":"x"}""")]
    [InlineData("""{"l":[1,true,"a"]}""", """{"l":[1,false,"a"]}""")]
    public void Of_a_tool_call_it_names_each_argument_and_its_value(string call, string neighbour)
    {
        var decision = Ask(Head, "tool crm/find", call);
        decision.Needed.ShouldBe("allow: tool crm/find");

        var added = $"{Head}  - {decision.Needed}\n    {decision.NeededArguments}\n    why: x\n";

        Ask(added, "tool crm/find", call).Effect.ShouldBe(Effect.Allow, added);
        Ask(added, "tool crm/find", neighbour).Effect.ShouldBe(Effect.Deny, added);
        Ask(added, "tool crm/find2", call).Effect.ShouldBe(Effect.Deny, added);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"x":null}""")]
    [InlineData("""{"x":""}""")]
    [InlineData("""{"x":[]}""")]
    [InlineData("""{"x":{}}""")]
    [InlineData("""{"x.y":1}""")]
    [InlineData("""{"x":"a\u0000"}""")]
    [InlineData("""{"x":"a\nb"}""")]
    [InlineData("""{"x":"a\u202eb"}""")]
    [InlineData("""{"x":"\ud800"}""")]
    [InlineData("""{"x":1,"X":1}""")]
    [InlineData("""{"x":1e300}""")]
    public void What_cant_be_said_of_arguments_is_not_half_said(string call) =>
        Ask(Head, "tool crm/find", call).NeededArguments.ShouldBeNull();

    [Fact]
    public void A_grant_that_asks_for_other_arguments_is_not_gone_round_by_leaving_them_out()
    {
        const string rules = Head + "  - { allow: tool crm/find, args: { region: { in: [eu] } }, why: x }\n";

        Ask(rules, "tool crm/find", """{"region":"us"}""")
            .NeededArguments.ShouldBe("args: { region: { in: [\"us\"] } }");
        Ask(rules, "tool crm/find", "{}").Needed.ShouldBeNull();
        Ask(
            rules.Replace("args: {", "when: time.hour < 0x1, args: {", StringComparison.Ordinal),
            "tool crm/find",
            """{"region":"us"}"""
        )
            .Needed.ShouldBeNull("a condition is not gone round");
    }

    [Theory]
    [InlineData("exec git commit -m x", "exec git commit -m y")]
    [InlineData("exec git status", "exec git status -s")]
    [InlineData("connect a.example:443", "connect a.example:8443")]
    [InlineData("connect a.example:443", "connect b.a.example:443")]
    [InlineData("http GET http://a.example/x", "http GET http://a.example/x/y")]
    [InlineData("http GET http://a.example/x", "http POST http://a.example/x")]
    [InlineData("read workspace/a", "read workspace/a/b")]
    [InlineData("read workspace/a", "write workspace/a")]
    [InlineData("model up/m1", "model up/m1-large")]
    public void Of_anything_else_it_names_the_target(string action, string neighbour)
    {
        var decision = Ask(Head, action, null);

        var added = $"{Head}  - {decision.Needed.ShouldNotBeNull()}\n    why: x\n";
        if (action.StartsWith("model", StringComparison.Ordinal))
        {
            added += "models: { up: { api: openai, url: 'https://up.example/v1' } }\n";
        }

        decision.NeededArguments.ShouldBeNull();
        Ask(added, action, null).Effect.ShouldBe(Effect.Allow, added);
        Ask(added, neighbour, null).Effect.ShouldBe(Effect.Deny, added);
    }

    private static Decision Ask(string rules, string action, string? arguments)
    {
        var load = Repository.LoadText(rules);
        load.Errors.Select(ManifestLoader.Describe).ShouldBeEmpty(rules);
        var question = $$"""{"action":"{{action}}"{{(arguments is null ? "" : $",\"args\":{arguments}")}}}""";
        if (!QuestionReader.TryParse(Encoding.UTF8.GetBytes(question), null, out _, out var asked, out var problem))
        {
            // Names that stand twice are for the policy to judge, not for the reader of questions.
            throw new InvalidOperationException(problem);
        }

        return asked.Ask(Policy.Compile(load.Manifest!), load.Manifest!, DateTimeOffset.UnixEpoch).Decision;
    }
}
