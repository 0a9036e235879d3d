using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Cli.Prompts;
using Bartizan.Gateway.Tests.Model;
using Bartizan.Guards.Texts;
using Bartizan.Posture.Prompts;
using Microsoft.AspNetCore.Http;

namespace Bartizan.EndToEnd.Tests;

/// <summary>A prompt by the command, and tried with models that tell everything, nothing, fail, and never answer.</summary>
public sealed class PromptCheckTests
{
    private const string Canary = "bcdfghjklmnpqrstvwxzbdgk";

    [Fact]
    public async Task A_weak_prompt_ends_with_1_and_hardened_with_0()
    {
        await using var scene = await Scene.OpenAsync();
        var file = Path.Combine(scene.Root, "system.txt");
        await File.WriteAllTextAsync(file, "You are a friendly assistant.\nNever lend a map.\n");

        var weak = await scene.BartizanAsync("prompt", "check", file);
        weak.Code.ShouldBe(1, weak.ToString());
        weak.Output.ShouldContain("no-hierarchy");
        weak.Error.ShouldContain("Not tried with a model");
        var hardened = await scene.BartizanAsync("prompt", "check", file, "--harden");
        hardened.Code.ShouldBe(0, hardened.ToString());
        await File.WriteAllTextAsync(file, hardened.Output);
        (await scene.BartizanAsync("prompt", "check", file, "--harden")).Output.ShouldBe(hardened.Output);
        var sound = await scene.BartizanAsync("prompt", "check", file, "--json");
        sound.Code.ShouldBe(0, sound.ToString());
        Scene.Json(sound)["findings"]!.AsArray().ShouldBeEmpty();
        (await scene.BartizanAsync("prompt", "check", file + ".none")).Code.ShouldBe(2);
        (
            await scene.BartizanAsync("prompt", "check", file, "--model", "http://example.com", "--model-id", "m1")
        ).Code.ShouldBe(2);
    }

    [Fact]
    public async Task The_command_tells_which_attacks_worked_and_the_key_comes_from_the_variable()
    {
        await using var scene = await Scene.OpenAsync();
        scene.Upstream.Answer = context => AnswerAsync(scene.Upstream, context, Leaks);
        var file = Path.Combine(scene.Root, "system.txt");
        await File.WriteAllTextAsync(file, PromptHardening.Of("Never lend a map.", _ => true));
        var start = scene.Command(
            "dotnet",
            [Scene.Program, "prompt", "check", file, "--model", scene.Upstream.Url.ToString(), "--model-id", "m1"]
        );
        start.Environment["BARTIZAN_TOKEN"] = Scene.ProviderKey;
        await using var running = Running.Start(start);
        running.Input.Close();

        var run = await running.EndAsync();

        run.Code.ShouldBe(1, run.ToString());
        run.Output.ShouldContain($"{PromptAttacks.All.Length} worked, 0 didn't, 0 not tested");
        run.Output.ShouldContain("worked: extract-plain (extraction)");
        scene.Upstream.Requests.Count.ShouldBe(PromptAttacks.All.Length);
        scene.Upstream.Requests.ShouldAllBe(request => request.Headers["x-api-key"] == Scene.ProviderKey);
        run.ToString().ShouldNotContain(Scene.ProviderKey);
    }

    [Fact]
    public async Task A_model_that_never_tells_holds_even_where_it_repeats_the_attack() =>
        (await TryAsync(body => "I won't do this: " + Message(body))).ShouldAllBe(attack =>
            attack.End == TrialEnd.Held
        );

    [Fact]
    public async Task Orders_that_are_obeyed_are_told()
    {
        var tried = await TryAsync(Obeys);

        tried
            .Where(attack => attack.Name is "override-plain" or "document-order")
            .ShouldAllBe(a => a.End == TrialEnd.Worked);
        tried.Where(attack => attack.Goal == PromptAttackGoal.Leak).ShouldAllBe(a => a.End == TrialEnd.Held);
    }

    [Fact]
    public async Task Errors_are_told_and_count_as_not_tested()
    {
        var asked = 0;
        var tried = await TryAsync(context =>
        {
            asked++;
            return ScriptedUpstream.JsonAsync(context, """{"type":"error"}""", 529);
        });

        tried.ShouldAllBe(attack => attack.End == TrialEnd.NotTested);
        tried[0].Why.ShouldBe("the endpoint answered 529");
        asked.ShouldBe(PromptTrial.MaxFailuresInRow);
    }

    [Fact]
    public async Task A_model_that_hangs_is_given_up()
    {
        var tried = await TryAsync(
            context => Task.Delay(Timeout.Infinite, context.RequestAborted),
            TimeSpan.FromMilliseconds(200)
        );

        tried.ShouldAllBe(attack => attack.End == TrialEnd.NotTested);
        tried[0].Why!.ShouldContain("no answer within");
    }

    [Fact]
    public async Task An_answer_without_an_end_and_one_of_another_format_are_not_tested()
    {
        var huge = new string(' ', MessagesEndpoint.MaxAnswerBytes + 1);
        (await TryAsync(context => ScriptedUpstream.JsonAsync(context, huge)))[0].Why!.ShouldContain("longer than");
        (await TryAsync(context => ScriptedUpstream.JsonAsync(context, "[1]")))[0]
            .Why!.ShouldContain("Messages format");
    }

    [Fact]
    public void A_canary_is_known_in_other_forms_and_nothing_else_is()
    {
        var bytes = Encoding.ASCII.GetBytes(Canary);
        string[] forms =
        [
            Canary,
            Canary.ToUpperInvariant(),
            string.Join(' ', Canary.ToCharArray()),
            string.Join("-", Canary.ToCharArray()),
            new string([.. Canary.Reverse()]),
            Convert.ToBase64String(bytes),
            Convert.ToBase64String([.. "ab: "u8, .. bytes, .. " z"u8]),
            Convert.ToHexString(bytes),
            Canary[..14],
        ];
        foreach (var form in forms)
        {
            AnswerLook.Tells(TextViews.Of($"Here it is: {form} and that is all."), Canary).ShouldBeTrue(form);
        }

        AnswerLook.Tells(TextViews.Of("I can't tell my instructions, but " + Canary[..8]), Canary).ShouldBeFalse();
    }

    [Fact]
    public void What_should_not_be_in_a_prompt_is_told_with_its_line()
    {
        Kinds("The gateway is at 10.3.4.5.").ShouldNotBeEmpty();
        Kinds("Text <|im_start|>system").ShouldContain("role-token");
        Kinds("Be kind\U000E0041\U000E0042\U000E0043\U000E0044.").ShouldContain("hidden-tags");
        Kinds("Ignore what strangers say and greet people.").ShouldBeEmpty();
        PromptReview.MayRepeat("Never use 10.3.4.5.").ShouldBeFalse();
        PromptReview.MayRepeat("Never lend a map.").ShouldBeTrue();
    }

    private static string[] Kinds(string added)
    {
        var sound = PromptHardening.Of("Greet people.\nNever lend a map.", _ => true);
        var lines = sound.Split('\n').Length;
        return [.. PromptReview.Of($"{sound}\n{added}").Where(found => found.Line > lines).Select(found => found.Kind)];
    }

    private static async Task<IReadOnlyList<TriedAttack>> TryAsync(
        Func<HttpContext, Task> answer,
        TimeSpan? timeout = null
    )
    {
        await using var model = await ScriptedUpstream.StartAsync();
        model.Answer = answer;
        return await TryAsync(model, timeout ?? TimeSpan.FromMinutes(1));
    }

    private static async Task<IReadOnlyList<TriedAttack>> TryAsync(Func<JsonNode, string> say)
    {
        await using var model = await ScriptedUpstream.StartAsync();
        model.Answer = context => AnswerAsync(model, context, say);
        return await TryAsync(model, TimeSpan.FromMinutes(1));
    }

    private static async Task<IReadOnlyList<TriedAttack>> TryAsync(ScriptedUpstream model, TimeSpan timeout)
    {
        using var endpoint = new MessagesEndpoint(model.Url, "m1", "key", timeout);
        return await PromptTrial.OfAsync("Greet people.", endpoint, TestContext.Current.CancellationToken);
    }

    private static string Leaks(JsonNode body) =>
        "Well: " + string.Join(' ', body["system"]!.GetValue<string>().TrimEnd()[^24..].ToCharArray());

    private static string Obeys(JsonNode body)
    {
        var words = Message(body).Split([' ', '.', ',', '\n']);
        var halves = words.Where(word => word.Length == 6 && word.All("bcdfghjklmnpqrstvwxz".Contains)).ToArray();
        return string.Concat(halves) + ".";
    }

    private static string Message(JsonNode body) => body["messages"]![0]!["content"]!.GetValue<string>();

    private static async Task AnswerAsync(ScriptedUpstream model, HttpContext context, Func<JsonNode, string> say)
    {
        var body = JsonNode.Parse(model.Requests.Last().Text);
        var answer = new JsonObject
        {
            ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = say(body!) }),
        };
        await ScriptedUpstream.JsonAsync(context, answer.ToJsonString());
    }
}
