using Bartizan.Sandbox.Views;
using static Bartizan.Sandbox.Tests.Views.ViewHouse;

namespace Bartizan.Sandbox.Tests.Views;

public sealed class StagedWorkspaceTests : IDisposable
{
    private readonly ViewHouse _house = new();

    public void Dispose() => _house.Dispose();

    [Fact]
    public async Task A_stage_holds_the_files_their_modes_times_and_links()
    {
        var script = _house.Write("bin/run.sh", "#!/bin/sh\n");
        File.SetUnixFileMode(script, (UnixFileMode)0b111_101_101);
        File.SetLastWriteTimeUtc(script, new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        File.CreateSymbolicLink(Path.Combine(_house.Workspace, "start"), "bin/run.sh");
        Directory.CreateDirectory(Path.Combine(_house.Workspace, "empty"));

        var stage = await _house.StageAsync();

        var staged = Path.Combine(stage.Tree, "bin/run.sh");
        File.ReadAllText(staged).ShouldBe("#!/bin/sh\n");
        File.GetUnixFileMode(staged).ShouldBe((UnixFileMode)0b111_101_101);
        File.GetLastWriteTimeUtc(staged).ShouldBe(new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        new FileInfo(Path.Combine(stage.Tree, "start")).LinkTarget.ShouldBe("bin/run.sh");
        Directory.Exists(Path.Combine(stage.Tree, "empty")).ShouldBeTrue();
        stage.Summary!.Files.ShouldBe(1);
        stage.Summary.Directories.ShouldBe(2);
        stage.Summary.Links.ShouldBe(1);
        stage.Summary.LeftOutCount.ShouldBe(0);
        (await DiffAsync(stage)).Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_that_a_rule_denies_is_not_in_the_stage_and_is_named()
    {
        _house.Write(".env", "SECRET=1");
        _house.Write("sub/.env", "SECRET=2");
        _house.Write("sub/code.cs", "class A;");

        var stage = await _house.StageAsync(Deny(n => n.EndsWith("/.env", StringComparison.Ordinal)));

        File.Exists(Path.Combine(stage.Tree, ".env")).ShouldBeFalse();
        File.Exists(Path.Combine(stage.Tree, "sub/.env")).ShouldBeFalse();
        File.Exists(Path.Combine(stage.Tree, "sub/code.cs")).ShouldBeTrue();
        stage.Summary!.LeftOut.Select(l => l.Path).ShouldBe([".env", "sub/.env"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_directory_that_no_rule_mentions_is_there_when_something_allowed_stands_in_it()
    {
        _house.Write("src/lib/a.cs", "a");
        _house.Write("docs/b.md", "b");

        var stage = await _house.StageAsync(Only(n => n.StartsWith("workspace/src/lib/", StringComparison.Ordinal)));

        File.Exists(Path.Combine(stage.Tree, "src/lib/a.cs")).ShouldBeTrue();
        Directory.Exists(Path.Combine(stage.Tree, "docs")).ShouldBeFalse();
    }

    [Fact]
    public async Task Changes_come_back_and_nothing_else_does()
    {
        _house.Write("a.txt", "one\n");
        _house.Write("b.txt", "two\n");
        _house.Write("c/d.txt", "three\n");
        var stage = await _house.StageAsync();
        await AgentAsync(
            stage,
            "echo more >> a.txt; rm b.txt; mkdir -p new/deep; echo x > new/deep/f; chmod 755 c/d.txt; ln -s a.txt l"
        );

        var diff = await DiffAsync(stage);
        diff.Changes.Select(c => $"{c.Kind} {c.Path}")
            .ShouldBe([
                "Changed a.txt",
                "Deleted b.txt",
                "Mode c/d.txt",
                "Added l",
                "Added new",
                "Added new/deep",
                "Added new/deep/f",
            ]);
        _house.Read("a.txt").ShouldBe("one\n");

        var result = await ApplyAsync(stage);

        result.Done.ShouldBeTrue();
        result.Refused.ShouldBeEmpty();
        result.Applied.Length.ShouldBe(7);
        _house.Read("a.txt").ShouldBe("one\nmore\n");
        _house.Has("b.txt").ShouldBeFalse();
        _house.Read("new/deep/f").ShouldBe("x\n");
        _house.Read("l").ShouldBe("one\nmore\n");
        File.GetUnixFileMode(Path.Combine(_house.Workspace, "c/d.txt")).ShouldBe((UnixFileMode)0b111_101_101);
        Directory.GetFiles(_house.Workspace, ".bartizan-*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Applying_twice_changes_nothing_the_second_time()
    {
        _house.Write("a.txt", "one\n");
        var stage = await _house.StageAsync();
        await AgentAsync(stage, "echo more >> a.txt; echo n > n; rm -f gone");
        (await ApplyAsync(stage)).Applied.Length.ShouldBe(2);

        var again = await ApplyAsync(stage);

        again.Done.ShouldBeTrue();
        again.Applied.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stage_is_opened_again_by_its_folder_alone()
    {
        _house.Write("a \"quoted\"\nline.txt", "one\n");
        _house.Write("ü/語.txt", "two\n");
        var stage = await _house.StageAsync();
        await AgentAsync(stage, "echo more >> ü/語.txt");

        var opened = StagedWorkspace.Open(stage.Folder);

        opened.Source.ShouldBe(_house.Workspace);
        (await DiffAsync(opened)).Changes.ShouldHaveSingleItem().Path.ShouldBe("ü/語.txt");
        (await ApplyAsync(opened)).Done.ShouldBeTrue();
        _house.Read("ü/語.txt").ShouldBe("two\nmore\n");
    }

    [Fact]
    public async Task A_torn_baseline_is_refused()
    {
        _house.Write("a.txt", "one\n");
        var stage = await _house.StageAsync();
        var index = Path.Combine(stage.Folder, "baseline.jsonl");
        var lines = await File.ReadAllLinesAsync(index, TestContext.Current.CancellationToken);
        await File.WriteAllLinesAsync(index, lines[..^1], TestContext.Current.CancellationToken);

        Should.Throw<ViewException>(() => StagedWorkspace.Open(stage.Folder)).Message.ShouldContain("damaged");
    }

    [Fact]
    public async Task A_touched_but_equal_file_is_no_change()
    {
        _house.Write("a.txt", "one\n");
        var stage = await _house.StageAsync();
        await AgentAsync(stage, "cp a.txt b; cat b > a.txt; rm b; touch a.txt");

        (await DiffAsync(stage)).Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Edits_the_person_made_meanwhile_stop_the_apply_and_are_named()
    {
        _house.Write("a.txt", "one\n");
        _house.Write("b.txt", "one\n");
        _house.Write("d.txt", "one\n");
        var stage = await _house.StageAsync();
        await AgentAsync(stage, "echo agent > a.txt; echo agent > b.txt; echo agent > n.txt; rm d.txt");
        _house.Write("a.txt", "person\n");
        _house.Write("n.txt", "person\n");
        _house.Write("d.txt", "person\n");

        var result = await ApplyAsync(stage);

        result.Done.ShouldBeFalse();
        result.Conflicts.Select(c => c.Path).ShouldBe(["a.txt", "d.txt", "n.txt"]);
        _house.Read("a.txt").ShouldBe("person\n");
        _house.Read("b.txt").ShouldBe("one\n");
        _house.Read("d.txt").ShouldBe("person\n");
    }

    [Fact]
    public async Task Edits_the_person_made_to_other_files_stay()
    {
        _house.Write("a.txt", "one\n");
        _house.Write("mine.txt", "one\n");
        var stage = await _house.StageAsync();
        await AgentAsync(stage, "echo agent > a.txt");
        _house.Write("mine.txt", "person\n");

        (await ApplyAsync(stage)).Done.ShouldBeTrue();

        _house.Read("a.txt").ShouldBe("agent\n");
        _house.Read("mine.txt").ShouldBe("person\n");
    }

    [Fact]
    public async Task A_denied_write_is_not_applied_and_is_named()
    {
        _house.Write("src/a.cs", "one\n");
        _house.Write("ci.yml", "one\n");
        var stage = await _house.StageAsync();
        await AgentAsync(
            stage,
            "echo two > src/a.cs; echo two > ci.yml; mkdir -p src/x other; echo f > src/x/f; echo f > other/f"
        );

        var result = await ApplyAsync(stage, Only(n => n.StartsWith("workspace/src/", StringComparison.Ordinal)));

        result.Done.ShouldBeTrue();
        result.Refused.Select(r => r.Change.Path).ShouldBe(["ci.yml", "other", "other/f"], ignoreOrder: true);
        _house.Read("src/a.cs").ShouldBe("two\n");
        _house.Read("src/x/f").ShouldBe("f\n");
        _house.Read("ci.yml").ShouldBe("one\n");
        _house.Has("other").ShouldBeFalse();
    }

    [Fact]
    public async Task What_the_agent_could_not_see_is_neither_deleted_nor_overwritten()
    {
        _house.Write("conf/.env", "SECRET=1");
        _house.Write("conf/a.txt", "one");
        _house.Write(".env", "SECRET=2");
        var stage = await _house.StageAsync(Deny(n => n.EndsWith("/.env", StringComparison.Ordinal)));
        await AgentAsync(stage, "rm -rf conf; echo mine > .env");

        var result = await ApplyAsync(stage);

        result.Done.ShouldBeTrue();
        _house.Read("conf/.env").ShouldBe("SECRET=1");
        _house.Has("conf/a.txt").ShouldBeFalse();
        _house.Read(".env").ShouldBe("SECRET=2");
        result.Refused.ShouldHaveSingleItem().Change.Path.ShouldBe(".env");
        result.Problems.ShouldHaveSingleItem().Path.ShouldBe("conf");
    }

    [Fact]
    public async Task A_file_may_become_a_directory_and_back()
    {
        _house.Write("a", "one");
        _house.Write("d/x", "one");
        var stage = await _house.StageAsync();
        await AgentAsync(stage, "rm a; mkdir a; echo in > a/f; rm -r d; echo file > d");

        (await ApplyAsync(stage)).Done.ShouldBeTrue();

        _house.Read("a/f").ShouldBe("in\n");
        _house.Read("d").ShouldBe("file\n");
    }

    [Fact]
    public async Task The_result_view_holds_what_would_be_applied_and_leaves_the_workspace_alone()
    {
        _house.Write("a.txt", "one\n");
        _house.Write("b.txt", "one\n");
        var stage = await _house.StageAsync();
        await AgentAsync(stage, "echo two > a.txt; echo n > n.txt");
        _house.Write("b.txt", "person\n");

        var (result, applied) = await stage.StageResultAsync(
            new StageRequest { Source = _house.Workspace, Folder = Path.Combine(_house.Root, "check") },
            AllowAll,
            new ApplyOptions { Judge = AllowAll },
            TestContext.Current.CancellationToken
        );

        applied.Done.ShouldBeTrue();
        File.ReadAllText(Path.Combine(result.Tree, "a.txt")).ShouldBe("two\n");
        File.ReadAllText(Path.Combine(result.Tree, "b.txt")).ShouldBe("person\n");
        File.ReadAllText(Path.Combine(result.Tree, "n.txt")).ShouldBe("n\n");
        _house.Read("a.txt").ShouldBe("one\n");
        _house.Has("n.txt").ShouldBeFalse();
        result.Discard();
        Directory.Exists(result.Folder).ShouldBeFalse();
    }

    [Fact]
    public async Task A_workspace_over_a_limit_is_refused_by_name_and_leaves_nothing()
    {
        for (var i = 0; i < 12; i++)
        {
            _house.Write($"f{i}", "0123456789");
        }

        var entries = await Should.ThrowAsync<ViewException>(() =>
            _house.StageAsync(limits: new ViewLimits { Entries = 10 })
        );
        var bytes = await Should.ThrowAsync<ViewException>(() =>
            _house.StageAsync(limits: new ViewLimits { Bytes = 100 })
        );

        entries.Message.ShouldContain("more than 10 files");
        bytes.Message.ShouldContain("more than 100 bytes");
        Directory.GetDirectories(_house.Root).ShouldBe([_house.Workspace]);
    }

    [Fact]
    public async Task The_state_directory_and_the_vaults_key_are_never_staged()
    {
        _house.Write("state/keys/k", "key");
        _house.Write("a.txt", "one");
        _house.Write("vault.key", "key");

        var stage = await StagedWorkspace.CreateAsync(
            new StageRequest
            {
                Source = _house.Workspace,
                Folder = Path.Combine(_house.Workspace, "state/sessions/s/stage"),
                Never = [Path.Combine(_house.Workspace, "state"), Path.Combine(_house.Workspace, "vault.key")],
            },
            AllowAll,
            null,
            TestContext.Current.CancellationToken
        );

        Directory.GetFileSystemEntries(stage.Tree).Select(Path.GetFileName).ShouldBe(["a.txt"]);
    }
}
