using System.Text.Json.Nodes;
using Bartizan.Gateway.Tests.Model;
using Microsoft.AspNetCore.Http;

namespace Bartizan.EndToEnd.Tests;

/// <summary>Decision points outside that a manifest names: a yes changes nothing, and everything else stops the action.</summary>
public sealed class ConsultTests
{
    // A point that a busy machine lets answer too late is a no: it is asked again.
    private const string AskThrice =
        "for i in 1 2 3; do a=$(ask); echo \"$a\"; case $a in *ANSWERED*) break;; esac; done";

    [Theory]
    [InlineData("authzen", """{"decision":true}""", true)]
    [InlineData("authzen", """{"decision":false}""", false)]
    [InlineData("authzen", """{"decision":"true"}""", false)]
    [InlineData("authzen", """{"decision":false,"decision":true}""", false)]
    [InlineData("authzen", """{}""", false)]
    [InlineData("opa", """{"result":true}""", true)]
    [InlineData("opa", """{"result":{"allow":true}}""", true)]
    [InlineData("opa", """{"result":{"decision":"deny","allow":true}}""", false)]
    [InlineData("opa", """{"decision":true}""", false)]
    [InlineData("opa", """{}""", false)]
    public async Task Only_a_clear_yes_lets_the_rules_go_on(string api, string answer, bool passes)
    {
        await using var scene = await Scene.OpenAsync();
        await using var point = await ScriptedUpstream.StartAsync();
        point.Answer = context => ScriptedUpstream.JsonAsync(context, answer);
        Consult(scene, $"{api}: \"{point.Url}\", on: [model up/*], within: 5s");

        var run = await scene.RunAsync(Scene.Ask + (passes ? AskThrice : "ask"));

        run.Output.Contains("ANSWERED", StringComparison.Ordinal).ShouldBe(passes, run.ToString());
        point.Requests.TryDequeue(out var request).ShouldBeTrue("it was asked");
        var asked = JsonNode.Parse(request!.Body)!;
        var question = api == "opa" ? asked["input"]! : asked;
        question["subject"]!["id"]!.GetValue<string>().ShouldBe("tried");
        question["action"]!["name"]!.GetValue<string>().ShouldBe("model");
        question["resource"]!["id"]!.GetValue<string>().ShouldBe("up/m1");
        asked.ToJsonString().ShouldNotContain("sk-");
    }

    [Fact]
    public async Task Where_it_wants_a_person_asked_the_call_waits_for_one_and_their_no_is_a_no()
    {
        await using var scene = await Scene.OpenAsync();
        await using var point = await ScriptedUpstream.StartAsync();
        point.Answer = context => ScriptedUpstream.JsonAsync(context, """{"result":"ask"}""");
        Consult(scene, $"opa: \"{point.Url}\", within: 5s");

        await using var run = scene.StartRun(Scene.Ask + "ask");
        run.Input.Close();
        await run.SaysAsync("waits for approval a-");
        var asks = Scene.Json(await scene.BartizanAsync("approvals", "--json"));
        var id = asks["asks"]!.AsArray().Single()!["id"]!.GetValue<string>();
        var denied = await scene.BartizanAsync("approvals", "deny", id);

        denied.Code.ShouldBe(0, denied.ToString());
        (await run.EndAsync()).Output.ShouldNotContain("ANSWERED", Case.Sensitive);
        scene.Upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_point_that_fails_hangs_or_redirects_denies()
    {
        await using var scene = await Scene.OpenAsync();
        await using var yes = await ScriptedUpstream.StartAsync();
        yes.Answer = context => ScriptedUpstream.JsonAsync(context, """{"decision":true}""");
        await using var point = await ScriptedUpstream.StartAsync();
        Consult(scene, $"authzen: \"{point.Url}\", within: 1s");

        point.Answer = context => ScriptedUpstream.JsonAsync(context, """{"decision":true}""", 500);
        (await scene.RunAsync(Scene.Ask + "ask")).Output.ShouldNotContain("ANSWERED", Case.Sensitive);
        point.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        (await scene.RunAsync(Scene.Ask + "ask")).Output.ShouldNotContain("ANSWERED", Case.Sensitive);
        point.Answer = context =>
        {
            context.Response.Redirect(yes.Url.ToString());
            return Task.CompletedTask;
        };
        (await scene.RunAsync(Scene.Ask + "ask")).Output.ShouldNotContain("ANSWERED", Case.Sensitive);

        var refusals = await scene.LogAsync("kind:refusal");
        refusals.Count.ShouldBeGreaterThanOrEqualTo(3);
        scene.Upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_it_permits_is_still_decided_by_the_rules()
    {
        await using var scene = await Scene.OpenAsync();
        await using var point = await ScriptedUpstream.StartAsync();
        point.Answer = context => ScriptedUpstream.JsonAsync(context, """{"decision":true}""");
        Consult(scene, $"authzen: \"{point.Url}\", within: 5s");
        var text = await File.ReadAllTextAsync(scene.ManifestPath);
        await File.WriteAllTextAsync(
            scene.ManifestPath,
            text.Replace("model up/m1", "model up/m2", StringComparison.Ordinal)
        );

        (await scene.RunAsync(Scene.Ask + "ask")).Output.ShouldNotContain("ANSWERED", Case.Sensitive);
    }

    private static void Consult(Scene scene, string what)
    {
        var text = File.ReadAllText(scene.ManifestPath);
        File.WriteAllText(
            scene.ManifestPath,
            text.Replace(
                "models:\n",
                $"consult:\n  - {{ {what}, why: The organisation's word. }}\nmodels:\n",
                StringComparison.Ordinal
            )
        );
    }
}
