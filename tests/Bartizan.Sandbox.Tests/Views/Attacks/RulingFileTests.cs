using Bartizan.Sandbox.Views;
using static Bartizan.Sandbox.Tests.Views.ViewHouse;

namespace Bartizan.Sandbox.Tests.Views.Attacks;

/// <summary>An agent that may write its own folder, where its manifest stands, and would rule its next session.</summary>
public sealed class RulingFileTests : IDisposable
{
    private readonly ViewHouse _house = new();

    public void Dispose() => _house.Dispose();

    [Fact]
    public async Task A_manifest_that_the_agent_rewrote_is_not_applied_by_itself()
    {
        _house.Write("conf/mine.yaml", "rules: []");
        _house.Write("conf/real.yaml", "rules: []");
        File.CreateSymbolicLink(Path.Combine(_house.Workspace, "conf/link.yaml"), "real.yaml");
        var stage = await _house.StageAsync();
        await AgentAsync(
            stage,
            "echo 'allow: all' | tee conf/mine.yaml > conf/real.yaml; rm conf/link.yaml; echo ok > good"
        );

        var result = await ApplyAsync(stage, "conf/mine.yaml", "conf/link.yaml");

        result
            .Refused.Select(r => r.Change.Path)
            .ShouldBe(["conf/link.yaml", "conf/mine.yaml", "conf/real.yaml"], ignoreOrder: true);
        result.Applied.Select(c => c.Path).ShouldBe(["good"]);
        _house.Read("conf/mine.yaml").ShouldBe("rules: []");
        _house.Read("conf/real.yaml").ShouldBe("rules: []");
    }

    [Theory]
    [InlineData("agent.yaml")]
    [InlineData("sub/Agent.yaml")]
    [InlineData(".github/workflows/ci.yml")]
    public async Task What_rules_an_agent_or_runs_by_itself_elsewhere_waits_for_a_person(string path)
    {
        var stage = await _house.StageAsync();
        await AgentAsync(stage, $"mkdir -p $(dirname {path}); echo x > {path}");

        var result = await ApplyAsync(stage);

        result.Refused.Select(r => r.Change.Path).ShouldContain(path);
        _house.Has(path).ShouldBeFalse();
    }

    private Task<ApplyResult> ApplyAsync(StagedWorkspace stage, params string[] ruling) =>
        stage.ApplyAsync(
            new ApplyOptions
            {
                Judge = AllowAll,
                Ruling = [.. ruling.Select(path => Path.Combine(_house.Workspace, path))],
            },
            TestContext.Current.CancellationToken
        );
}
