namespace Bartizan.EndToEnd.Tests;

public sealed class WorkspaceTests
{
    [Fact]
    public async Task A_change_waits_is_shown_and_is_applied_when_a_person_says_so()
    {
        await using var scene = await Scene.OpenAsync();
        var session = await ChangedAsync(scene, "echo second line >> notes.txt; echo new > added.txt");
        Note(scene).ShouldBe("first line\n");

        var diff = await scene.BartizanAsync("workspace", "diff", session);
        var apply = await scene.BartizanAsync("workspace", "apply", session);

        diff.Code.ShouldBe(0, diff.ToString());
        diff.Output.ShouldContain("+second line");
        diff.Output.ShouldContain("added.txt");
        apply.Code.ShouldBe(0, apply.ToString());
        Note(scene).ShouldBe("first line\nsecond line\n");
        (await File.ReadAllTextAsync(Path.Combine(scene.Project, "added.txt"))).ShouldBe("new\n");
        (await scene.BartizanAsync("workspace", "diff", session)).Code.ShouldBe(2);
    }

    [Fact]
    public async Task A_discarded_change_is_gone_and_the_workspace_untouched()
    {
        await using var scene = await Scene.OpenAsync();
        var session = await ChangedAsync(scene, "rm notes.txt; echo new > added.txt");

        (await scene.BartizanAsync("workspace", "discard", session)).Code.ShouldBe(0);

        Note(scene).ShouldBe("first line\n");
        File.Exists(Path.Combine(scene.Project, "added.txt")).ShouldBeFalse();
        (await scene.BartizanAsync("workspace", "apply", session)).Code.ShouldBe(2);
    }

    [Fact]
    public async Task A_check_that_fails_applies_nothing_and_one_that_succeeds_applies_all()
    {
        await using var scene = await Scene.OpenAsync();
        var session = await ChangedAsync(scene, "echo second line >> notes.txt");

        var failed = await scene.BartizanAsync("workspace", "apply", session, "--check", "grep -q third notes.txt");
        failed.Code.ShouldBe(1, failed.ToString());
        failed.Error.ShouldContain("the check ended with code 1");
        Note(scene).ShouldBe("first line\n");

        var passed = await scene.BartizanAsync("workspace", "apply", session, "--check", "grep -q second notes.txt");
        passed.Code.ShouldBe(0, passed.ToString());
        Note(scene).ShouldBe("first line\nsecond line\n");
    }

    [Fact]
    public async Task A_check_has_no_way_out_and_no_key()
    {
        await using var scene = await Scene.OpenAsync();
        var session = await ChangedAsync(scene, "echo second line >> notes.txt");

        var reached = await scene.BartizanAsync(
            "workspace",
            "apply",
            session,
            "--check",
            $"bash -c 'exec 3<>/dev/tcp/127.0.0.1/{scene.Upstream.Url.Port} || exec 3<>/dev/tcp/127.0.0.1/8080'"
        );
        reached.Code.ShouldBe(1, reached.ToString());
        var key = await scene.BartizanAsync(
            "workspace",
            "apply",
            session,
            "--check",
            "env | grep -qi -e sk-real -e API_KEY"
        );
        key.Code.ShouldBe(1, key.ToString());
        Note(scene).ShouldBe("first line\n");
    }

    [Fact]
    public async Task A_file_that_the_person_changed_meanwhile_is_named_and_nothing_is_applied()
    {
        await using var scene = await Scene.OpenAsync();
        var session = await ChangedAsync(scene, "echo second line >> notes.txt; echo new > added.txt");
        await File.WriteAllTextAsync(Path.Combine(scene.Project, "notes.txt"), "the person's own\n");

        var apply = await scene.BartizanAsync("workspace", "apply", session);

        apply.Code.ShouldBe(1, apply.ToString());
        apply.Error.ShouldContain("notes.txt");
        Note(scene).ShouldBe("the person's own\n");
        File.Exists(Path.Combine(scene.Project, "added.txt")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_denied_write_is_not_applied_and_is_named()
    {
        await using var scene = await Scene.OpenAsync();
        scene.WriteManifest(
            files: """
              - allow: read workspace/**
                why: Its work.
              - allow: write workspace/src/**
                why: Its work.
            """
        );
        Directory.CreateDirectory(Path.Combine(scene.Project, "src"));
        await File.WriteAllTextAsync(Path.Combine(scene.Project, "src", "a.txt"), "a\n");
        var session = await ChangedAsync(scene, "echo b >> src/a.txt; echo evil >> notes.txt || true");

        var apply = await scene.BartizanAsync("workspace", "apply", session);

        Note(scene).ShouldBe("first line\n");
        (await File.ReadAllTextAsync(Path.Combine(scene.Project, "src", "a.txt"))).ShouldBe("a\nb\n");
        apply.Error.ShouldContain("notes.txt");
    }

    [Fact]
    public async Task A_read_write_workspace_is_applied_by_itself_at_the_end()
    {
        await using var scene = await Scene.OpenAsync();
        scene.WriteManifest(mode: "read-write");

        var run = await scene.RunAsync("echo second line >> notes.txt");

        run.Error.ShouldContain("(applied");
        Note(scene).ShouldBe("first line\nsecond line\n");
    }

    [Fact]
    public async Task A_read_only_workspace_takes_no_write()
    {
        await using var scene = await Scene.OpenAsync();
        scene.WriteManifest(mode: "read-only", files: Scene.ReadOnlyFiles);

        var run = await scene.RunAsync("cat notes.txt; echo x > notes.txt && exit 9; exit 0");

        run.Code.ShouldBe(0, run.ToString());
        run.Output.ShouldContain("first line");
        Note(scene).ShouldBe("first line\n");
    }

    [Fact]
    public async Task A_secret_beside_the_code_is_not_in_the_sandbox()
    {
        await using var scene = await Scene.OpenAsync();
        await File.WriteAllTextAsync(Path.Combine(scene.Project, ".env"), "CANARY=canary-7f3a\n");

        var run = await scene.RunAsync(
            "ls -a; cat .env; grep -r canary-7f3a / --include='*.env' --include='.env*' -s; true"
        );

        run.Output.ShouldContain("notes.txt");
        run.Output.ShouldNotContain("canary-7f3a");
        run.Output.Split('\n').ShouldNotContain(".env");
    }

    private static string Note(Scene scene) => File.ReadAllText(Path.Combine(scene.Project, "notes.txt"));

    private static async Task<string> ChangedAsync(Scene scene, string script)
    {
        var run = await scene.BartizanAsync("run", "--json", "--", "bash", "-c", script);
        run.Code.ShouldBe(0, run.ToString());
        var line = run.Error.Split('\n').First(l => l.StartsWith('{'));
        return System.Text.Json.Nodes.JsonNode.Parse(line)!["session"]!.GetValue<string>();
    }
}
