using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Sandbox.Views;
using static Bartizan.Sandbox.Tests.Views.ViewHouse;

namespace Bartizan.Sandbox.Tests.Views;

/// <summary>The view under rules as a manifest has them.</summary>
public sealed class PolicyTests : IDisposable
{
    private readonly ViewHouse _house = new();

    public void Dispose() => _house.Dispose();

    [Fact]
    public async Task A_manifest_decides_what_is_seen_and_what_is_applied()
    {
        _house.Write("src/a.cs", "a");
        _house.Write("src/.env", "SECRET");
        _house.Write("deep/down/id_rsa", "KEY");
        _house.Write("README.md", "r");
        var judge = Judge(
            """
            - { allow: read workspace/**, why: Its work. }
            - { deny: "read **/{.env,.env.*,id_*,*.pem}", why: Keys. }
            - { allow: write workspace/src/**, why: Its work. }
            - { deny: write workspace/src/gen/**, why: Generated. }
            - { ask: write workspace/README.md, why: People read it. }
            """
        );
        var stage = await _house.StageAsync(judge);

        stage.Summary!.LeftOut.Select(l => l.Path).ShouldBe(["deep/down/id_rsa", "src/.env"], ignoreOrder: true);
        stage.Summary.Files.ShouldBe(2);
        await AgentAsync(
            stage,
            "echo b > src/a.cs; mkdir src/gen; echo g > src/gen/g.cs; echo x >> README.md; echo n > new.txt; echo k > src/new.cs"
        );

        var result = await ApplyAsync(stage, judge);

        result.Applied.Select(c => c.Path).ShouldBe(["src/a.cs", "src/new.cs"], ignoreOrder: true);
        result
            .Refused.Select(r => r.Change.Path)
            .ShouldBe(["README.md", "new.txt", "src/gen", "src/gen/g.cs"], ignoreOrder: true);
        (await ApplyAsync(stage, judge, (_, _, _) => ValueTask.FromResult(true)))
            .Applied.Select(c => c.Path)
            .ShouldBe(["README.md"]);
    }

    [Fact]
    public async Task A_rule_by_the_hosts_own_path_denies_as_well()
    {
        _house.Write("src/a.cs", "a");
        _house.Write("keys/k", "KEY");
        var stage = await _house.StageAsync(
            Judge(
                $$"""
                - { allow: read workspace/**, why: Its work. }
                - { deny: "read {{_house.Workspace}}/keys/**", why: Keys. }
                - { allow: write workspace/src/**, why: Its work. }
                """
            )
        );

        File.Exists(Path.Combine(stage.Tree, "keys/k")).ShouldBeFalse();
        File.Exists(Path.Combine(stage.Tree, "src/a.cs")).ShouldBeTrue();
    }

    private static FileJudge Judge(string rules)
    {
        var text = $"""
            apiVersion: bartizan/v1
            agent: view-test
            version: 1
            owner: me@example.com
            run: {"{"} command: [true], workspace: {"{"} path: ., mode: staged {"}"} {"}"}
            rules:
            {rules}
            """;
        var load = ManifestLoader.Load(text, "agent.yaml", _ => null);
        load.Errors.ShouldBeEmpty();
        var policy = Policy.Compile(load.Manifest!);
        return target => policy.Screen(target, TimeProvider.System.GetUtcNow());
    }
}
