using System.Diagnostics;

namespace Bartizan.EndToEnd.Tests;

public sealed class BudgetTests
{
    [Fact]
    public async Task A_days_budget_holds_over_sessions_and_over_a_killed_daemon()
    {
        await using var scene = await Scene.OpenAsync();
        scene.WriteManifest(
            mode: "read-only",
            files: Scene.ReadOnlyFiles,
            rules: "budgets:\n  day: { model: 2, model_tokens: 100k }\n"
        );
        (await scene.BartizanAsync("up")).Code.ShouldBe(0);

        var first = await scene.RunAsync(Scene.Ask + "ask");
        first.Output.ShouldContain("ANSWERED", customMessage: first.ToString());
        first.ToString().ShouldContain("spent    budgets.day.model 1 of 2, budgets.day.model_tokens 5 of 100000");
        using (var daemon = Process.GetProcessById((await scene.DaemonAsync()).ShouldNotBeNull()))
        {
            daemon.Kill();
            await daemon.WaitForExitAsync();
        }

        var second = await scene.RunAsync(Scene.Ask + "ask; ask");
        second.Output.ShouldContain("ANSWERED", customMessage: second.ToString());
        second.Output.ShouldContain("403");
        second.Output.ShouldContain("budgets.day.model");
        scene.Upstream.Requests.Count.ShouldBe(2);
    }
}
