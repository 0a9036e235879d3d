namespace Bartizan.EndToEnd.Tests;

/// <summary>Instructions in a workspace that a person has seen, and others.</summary>
public sealed class WorkspacePinTests
{
    private const string Look = "cat CLAUDE.md .claude/settings.json sub/AGENTS.md notes.txt 2>/dev/null; true";

    [Fact]
    public async Task An_instruction_that_changed_or_is_new_is_not_in_the_view_until_a_person_has_seen_it()
    {
        await using var scene = await Scene.OpenAsync();
        Write(scene, "CLAUDE.md", "SEEN-CLAUDE\n");
        Write(scene, ".claude/settings.json", "SEEN-SETTINGS\n");
        var pinned = await scene.BartizanAsync("pin", "--workspace", "--yes");
        pinned.Code.ShouldBe(0, pinned.ToString());
        pinned.Output.ShouldContain("new workspace/CLAUDE.md");

        var same = await scene.RunAsync(Look);
        same.Output.ShouldContain("SEEN-CLAUDE");
        same.Output.ShouldContain("SEEN-SETTINGS");

        Write(scene, "CLAUDE.md", "OTHER-CLAUDE\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b\n");
        Write(scene, "sub/AGENTS.md", "NEW-AGENTS\n");
        var other = await scene.RunAsync(Look);
        other.Output.ShouldNotContain("OTHER-CLAUDE");
        other.Output.ShouldNotContain("NEW-AGENTS");
        other.Output.ShouldContain("SEEN-SETTINGS");
        other.Output.ShouldContain("first line");
        other.Error.ShouldContain("nobody has seen it as it is: CLAUDE.md, sub/AGENTS.md");

        var diff = await scene.BartizanAsync("pin", "--workspace", "--diff");
        diff.Code.ShouldBe(1, diff.ToString());
        diff.Output.ShouldContain("changed workspace/CLAUDE.md");
        diff.Output.ShouldContain("! hidden-invisible high");
        (await scene.BartizanAsync("pin", "--workspace", "--yes")).Code.ShouldBe(0);
        (await scene.RunAsync(Look)).Output.ShouldContain("NEW-AGENTS");
    }

    [Fact]
    public async Task A_link_is_no_way_to_an_instruction_that_nobody_has_seen()
    {
        await using var scene = await Scene.OpenAsync();
        (await scene.BartizanAsync("pin", "--workspace", "--yes")).Code.ShouldBe(0);
        Write(scene, "docs/claude-text.txt", "UNSEEN-TEXT\n");
        File.CreateSymbolicLink(Path.Combine(scene.Project, "CLAUDE.md"), "docs/claude-text.txt");
        File.CreateSymbolicLink(Path.Combine(scene.Project, ".claude"), "docs");

        var run = await scene.RunAsync("cat CLAUDE.md .claude/claude-text.txt 2>/dev/null; ls -A");

        run.Output.ShouldNotContain("UNSEEN-TEXT");
        run.Output.ShouldNotContain(".claude");
    }

    [Fact]
    public async Task A_lock_that_cannot_be_read_leaves_every_instruction_out()
    {
        await using var scene = await Scene.OpenAsync();
        Write(scene, "CLAUDE.md", "SEEN-CLAUDE\n");
        Write(scene, "agent.lock", "{}");

        var run = await scene.RunAsync(Look);

        run.Output.ShouldNotContain("SEEN-CLAUDE");
        run.Output.ShouldContain("first line");
    }

    private static void Write(Scene scene, string path, string text)
    {
        var file = Path.Combine(scene.Project, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
