using System.Text.Json.Nodes;

namespace Bartizan.EndToEnd.Tests;

public sealed class DemoTests
{
    [Fact]
    public async Task The_demo_stops_five_attempts_and_its_controls_succeed()
    {
        await using var scene = await Scene.OpenAsync();

        var demo = await scene.BartizanAsync("demo", "--json");

        demo.Code.ShouldBe(0, demo.ToString());
        var story = Scene.Json(demo);
        story["ok"]!.GetValue<bool>().ShouldBeTrue();
        var attempts = story["attempts"]!.AsArray();
        attempts.Count.ShouldBe(5);
        foreach (var attempt in attempts)
        {
            attempt!["stopped"]!.GetValue<bool>().ShouldBeTrue(attempt.ToJsonString());
            attempt["controlSucceeded"]!.GetValue<bool>().ShouldBeTrue(attempt.ToJsonString());
        }
    }

    [Fact]
    public async Task The_demo_for_people_ends_with_a_count_and_code_0()
    {
        await using var scene = await Scene.OpenAsync();

        var demo = await scene.BartizanAsync("demo");

        demo.Code.ShouldBe(0, demo.ToString());
        demo.Output.ShouldContain("5 of 5 attempts stopped, 5 of 5 controls succeeded");
    }
}
