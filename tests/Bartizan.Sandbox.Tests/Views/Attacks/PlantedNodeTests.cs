using Bartizan.Sandbox.Views;
using static Bartizan.Sandbox.Tests.Views.ViewHouse;

namespace Bartizan.Sandbox.Tests.Views.Attacks;

/// <summary>What a hostile agent can leave in its stage, and what the host makes of it.</summary>
public sealed class PlantedNodeTests : IDisposable
{
    private readonly ViewHouse _house = new();

    public void Dispose() => _house.Dispose();

    [Fact]
    public async Task A_link_that_replaces_a_directory_leads_the_host_nowhere()
    {
        var outside = Path.Combine(_house.Root, "outside");
        Directory.CreateDirectory(outside);
        await File.WriteAllTextAsync(Path.Combine(outside, "config"), "host", TestContext.Current.CancellationToken);
        _house.Write(".git/config", "[core]\n");
        _house.Write("src/a", "one");
        var stage = await _house.StageAsync();
        await AgentAsync(stage, $"rm -rf .git src; ln -s {outside} .git; ln -s {outside} src");

        var diff = await DiffAsync(stage);
        diff.Changes.ShouldNotContain(c => c.Path == ".git/config" && c.Kind != ChangeKind.Deleted);
        var result = await ApplyAsync(stage, confirm: (_, _, _) => ValueTask.FromResult(true));

        result.Refused.Select(r => r.Change.Path).ShouldBe([".git", "src"], ignoreOrder: true);
        (await File.ReadAllTextAsync(Path.Combine(outside, "config"), TestContext.Current.CancellationToken)).ShouldBe(
            "host"
        );
        new FileInfo(Path.Combine(_house.Workspace, "src")).LinkTarget.ShouldBeNull();
        new FileInfo(Path.Combine(_house.Workspace, ".git")).LinkTarget.ShouldBeNull();
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../../../../etc/passwd")]
    [InlineData("sub/../../x")]
    [InlineData("sub/up/../../../etc/passwd")]
    [InlineData("/workspace/../etc/passwd")]
    [InlineData("/proc/self/" + "root/etc/passwd")]
    public async Task A_link_that_leaves_the_workspace_is_never_made_on_the_host(string target)
    {
        _house.Write("sub/a", "one");
        var stage = await _house.StageAsync();
        await AgentAsync(stage, $"ln -s .. sub/up; ln -s '{target}' evil; echo ok > good");

        var result = await ApplyAsync(stage);

        result.Refused.Select(r => r.Change.Path).ShouldContain("evil");
        result.Applied.Select(c => c.Path).ShouldContain("good");
        new FileInfo(Path.Combine(_house.Workspace, "evil")).LinkTarget.ShouldBeNull();
    }

    [Fact]
    public async Task A_link_to_what_the_view_left_out_is_never_made()
    {
        File.CreateSymbolicLink(Path.Combine(_house.Workspace, "outlink"), "/etc");
        _house.Write(".env", "SECRET");
        var stage = await _house.StageAsync(Deny(n => n.EndsWith("/.env", StringComparison.Ordinal)));
        await AgentAsync(stage, "ln -s outlink/passwd a; ln -s .env b");

        var result = await ApplyAsync(stage);

        result.Refused.Select(r => r.Change.Path).ShouldBe(["a", "b"]);
        stage.Summary!.LeftOut.Select(l => l.Path).ShouldContain("outlink");
    }

    [Fact]
    public async Task Fifos_sockets_and_set_id_bits_are_named_and_stay_behind()
    {
        _house.Write("a", "one");
        _house.Write("b", "one");
        var stage = await _house.StageAsync();
        await AgentAsync(
            stage,
            """
            rm a; mkfifo a; mkfifo pipe
            perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un("sock")) or die $!'
            echo x > root; chmod 6755 root; chmod 4755 b
            """
        );

        var diff = await DiffAsync(stage);
        var result = await ApplyAsync(stage);

        diff.Problems.Select(p => $"{p.Path} {p.Reason}")
            .ShouldBe([
                "a is a FIFO",
                "b has a set-id bit, which is dropped",
                "pipe is a FIFO",
                "root has a set-id bit, which is dropped",
                "sock is a socket",
            ]);
        result.Done.ShouldBeTrue();
        _house.Read("a").ShouldBe("one");
        _house.Has("pipe").ShouldBeFalse();
        _house.Has("sock").ShouldBeFalse();
        File.GetUnixFileMode(Path.Combine(_house.Workspace, "root")).ShouldBe((UnixFileMode)0b111_101_101);
        File.GetUnixFileMode(Path.Combine(_house.Workspace, "b")).ShouldBe((UnixFileMode)0b111_101_101);
    }

    [Fact]
    public async Task A_device_is_named_and_stays_behind()
    {
        RequireRoot();
        _house.Write("a", "one");
        var stage = await _house.StageAsync();
        await AgentAsync(stage, "mknod mem c 1 1; mknod disk b 8 0");

        (await DiffAsync(stage))
            .Problems.Select(p => p.Reason)
            .ShouldBe(["is a block device", "is a character device"]);
        (await ApplyAsync(stage)).Applied.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_sparse_terabyte_is_named_and_not_read()
    {
        _house.Write("a", "one");
        var stage = await _house.StageAsync();
        await AgentAsync(stage, "truncate -s 1T huge; echo ok > good");

        var result = await ApplyAsync(stage);

        result.Problems.ShouldHaveSingleItem().Path.ShouldBe("huge");
        result.Applied.ShouldHaveSingleItem().Path.ShouldBe("good");
    }

    [Fact]
    public async Task Names_with_control_characters_are_shown_escaped_and_those_not_utf8_stay_behind()
    {
        _house.Write("a", "one");
        var stage = await _house.StageAsync();
        await AgentAsync(
            stage,
            """echo x > $'line\nbreak\e[2J'; echo y > $'bad\xff'; echo z > $'rtl\xe2\x80\xaegpj.exe' """
        );

        var diff = await DiffAsync(stage);

        diff.Changes.Select(c => c.Shown).ShouldBe([@"line\nbreak\x1b[2J", @"rtl\u{202e}gpj.exe"]);
        diff.Problems.ShouldHaveSingleItem().ShouldBe(new ViewProblem("bad\uFFFD", "has a name that is not UTF-8"));
        (await ApplyAsync(stage)).Applied.Length.ShouldBe(2);
        File.ReadAllText(Path.Combine(_house.Workspace, "line\nbreak\u001b[2J")).ShouldBe("x\n");
    }

    [Fact]
    public async Task A_link_whose_target_is_no_text_is_named_and_stays_behind()
    {
        _house.Write("a", "one");
        var stage = await _house.StageAsync();
        await AgentAsync(stage, """ln -s $'bad\xfftarget' l; ln -sfn $'\xff' a; echo ok > good""");

        var result = await ApplyAsync(stage);

        result.Problems.Select(p => p.Path).ShouldBe(["a", "l"]);
        result.Applied.ShouldHaveSingleItem().Path.ShouldBe("good");
        _house.Read("a").ShouldBe("one");
    }

    [Fact]
    public async Task A_tree_deeper_than_any_path_is_named_and_can_be_deleted()
    {
        _house.Write("a", "one");
        var stage = await _house.StageAsync();
        await AgentAsync(
            stage,
            """
            perl -e 'for (1..3000) { mkdir "d" x 50 and chdir "d" x 50 or die $! } open F, ">bottom" or die $!'
            """
        );

        var diff = await DiffAsync(stage);

        diff.Complete.ShouldBeTrue();
        diff.Problems.ShouldHaveSingleItem().Reason.ShouldContain("longer than");
        stage.Discard();
        Directory.Exists(stage.Folder).ShouldBeFalse();
    }

    [Fact]
    public async Task More_files_than_the_limit_can_be_looked_at_and_never_applied()
    {
        _house.Write("a", "one");
        var stage = await _house.StageAsync(limits: new ViewLimits { Entries = 200 });
        await AgentAsync(stage, "for i in {1..300}; do : > f$i; done; rm a");

        var diff = await DiffAsync(stage);

        diff.Complete.ShouldBeFalse();
        diff.Changes.ShouldNotContain(c => c.Kind == ChangeKind.Deleted);
        (await Should.ThrowAsync<ViewException>(() => ApplyAsync(stage))).Message.ShouldContain("more than 200 files");
        _house.Has("a").ShouldBeTrue();
    }

    [Fact]
    public async Task Hooks_and_configuration_of_git_wait_for_a_person()
    {
        _house.Write(".git/config", "[core]\n");
        _house.Write(".git/hooks/post-checkout", "#!/bin/sh\n");
        _house.Write(".git/HEAD", "ref: refs/heads/main\n");
        var stage = await _house.StageAsync();
        await AgentAsync(
            stage,
            """
            printf '[core]\n\tfsmonitor = evil\n' > .git/config
            echo evil > .git/hooks/post-checkout
            echo evil > .git/hooks/pre-commit
            echo 'ref: refs/heads/topic' > .git/HEAD
            mkdir -p vendor/x; echo 'gitdir: /elsewhere' > vendor/x/.git
            mkdir -p .vscode; echo '{}' > .vscode/tasks.json
            """
        );

        var asked = new List<string>();
        var result = await ApplyAsync(stage);
        result
            .Refused.Select(r => r.Change.Path)
            .ShouldBe(
                [
                    ".git/config",
                    ".git/hooks/post-checkout",
                    ".git/hooks/pre-commit",
                    ".vscode/tasks.json",
                    "vendor/x/.git",
                ],
                ignoreOrder: true
            );
        _house.Read(".git/HEAD").ShouldBe("ref: refs/heads/topic\n");
        _house.Read(".git/config").ShouldBe("[core]\n");

        await ApplyAsync(
            stage,
            confirm: (change, reason, _) =>
            {
                asked.Add($"{change.Path}: {reason}");
                return ValueTask.FromResult(change.Path == ".git/config");
            }
        );
        asked.Count.ShouldBe(5);
        _house.Read(".git/config").ShouldContain("fsmonitor");
        _house.Has(".git/hooks/pre-commit").ShouldBeFalse();
    }

    [Fact]
    public async Task Hard_links_in_the_stage_become_files_of_their_own()
    {
        _house.Write("a", "one");
        var stage = await _house.StageAsync();
        await AgentAsync(stage, "ln a b; echo two >> b");

        (await ApplyAsync(stage)).Done.ShouldBeTrue();

        _house.Read("a").ShouldBe("onetwo\n");
        _house.Read("b").ShouldBe("onetwo\n");
        File.AppendAllText(Path.Combine(_house.Workspace, "a"), "x");
        _house.Read("b").ShouldBe("onetwo\n");
    }

    [Fact]
    public async Task A_link_that_the_person_put_meanwhile_in_the_way_is_not_followed()
    {
        var outside = Directory.CreateDirectory(Path.Combine(_house.Root, "outside")).FullName;
        _house.Write("d/a", "one");
        var stage = await _house.StageAsync();
        await AgentAsync(stage, "echo two > d/a; echo n > d/n");
        Directory.Delete(Path.Combine(_house.Workspace, "d"), recursive: true);
        Directory.CreateSymbolicLink(Path.Combine(_house.Workspace, "d"), outside);

        var result = await ApplyAsync(stage);

        result.Done.ShouldBeFalse();
        result.Conflicts.Length.ShouldBe(2);
        Directory.GetFiles(outside).ShouldBeEmpty();
    }

    internal static void RequireRoot()
    {
        if (Environment.UserName != "root")
        {
            Assert.Skip("only root can make devices and give files away");
        }
    }
}
