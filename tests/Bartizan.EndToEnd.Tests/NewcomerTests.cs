using Bartizan.Core.Manifests;

namespace Bartizan.EndToEnd.Tests;

/// <summary>What somebody meets who types the first commands.</summary>
public sealed class NewcomerTests
{
    [Fact]
    public async Task The_page_of_the_command_line_is_what_the_program_says()
    {
        await using var scene = await Scene.OpenAsync();
        var page = await scene.BartizanAsync("docs", "cli");

        page.Code.ShouldBe(0, page.ToString());
        File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "cli.md"))
            .ShouldBe(page.Output, "run `./bartizan docs cli > docs/cli.md`");
        page.Output.Split("\n## ").Skip(1).ShouldAllBe(command => command.Contains("\n```sh\n"));
    }

    [Fact]
    public async Task Help_ends_with_an_example()
    {
        await using var scene = await Scene.OpenAsync();
        (await scene.BartizanAsync("run", "--help")).Output.ShouldContain("Example:\n  bartizan run -- ");
        (await scene.BartizanAsync("kill", "--help")).Output.ShouldContain("Example:\n  bartizan kill --all");
    }

    [Fact]
    public async Task A_shell_is_told_what_fits()
    {
        await using var scene = await Scene.OpenAsync();
        (await scene.BartizanAsync("[suggest:14]", "bartizan works")).Output.Trim().ShouldBe("workspace");
        (await scene.BartizanAsync("completion", "bash")).Output.ShouldContain(
            "complete -o default -F _bartizan bartizan"
        );
        (await scene.BartizanAsync("completion", "fish")).Code.ShouldBe(2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_init_drafts_loads_and_denies_what_it_found(bool exposed)
    {
        await using var scene = await Scene.OpenAsync();
        File.Delete(scene.ManifestPath);
        if (exposed)
        {
            File.WriteAllText(Path.Combine(scene.Project, ".env"), "TOKEN=tok-31337\n");
            File.WriteAllText(
                Path.Combine(scene.Project, ".mcp.json"),
                """{"mcpServers":{"files":{"command":"npx","args":["-y","files"]}}}"""
            );
        }

        var init = await scene.BartizanAsync("init");
        init.Code.ShouldBe(0, init.ToString());
        init.Output.ShouldNotContain("tok-31337");
        Directory
            .GetFiles(scene.Project)
            .Select(Path.GetFileName)
            .Except([".env", ".mcp.json", "notes.txt"])
            .ShouldBe(["agent.yaml", "agent.schema.json"], ignoreOrder: true);
        File.ReadAllText(Path.Combine(scene.Project, "agent.schema.json")).ShouldBe(ManifestSchema.Write());

        var check = Scene.Json(await scene.BartizanAsync("check", "--json"))[0]!;
        check["errors"]!.AsArray().ShouldBeEmpty();
        var warnings = check["warnings"]!.AsArray().Select(warning => $"{warning!["hint"]}").ToList();
        warnings.ShouldBe(exposed ? ["`bartizan pin` shows it and writes the file"] : []);
        (await scene.BartizanAsync("explain", "read", "workspace/.env")).Code.ShouldBe(4);
        (await scene.BartizanAsync("explain", "read", "workspace/notes.txt")).Code.ShouldBe(0);
        if (exposed)
        {
            init.Output.ShouldContain(".env");
            init.Output.ShouldContain("files: each call is asked");
            init.Output.ShouldContain("bartizan pin");
        }

        (await scene.BartizanAsync("init")).Code.ShouldBe(2);
    }

    [Theory]
    [InlineData("error: `bartizan workspace` needs one of its commands: diff, apply, discard", "workspace")]
    [InlineData("error: <target> is missing", "explain", "read")]
    [InlineData("error: Cannot parse argument `x` for option `--limit`", "log", "--limit", "x")]
    [InlineData("error: Option `--why` is required", "log", "erase", "s-1")]
    [InlineData("error: there is no file `nope`", "witness", "--logs", "nope")]
    [InlineData("hint: a file is `workspace/PATH`", "explain", "read", "README.md")]
    public async Task A_mistake_is_one_line_that_says_what_to_do(string said, params string[] arguments)
    {
        await using var scene = await Scene.OpenAsync();
        var wrong = await scene.BartizanAsync(arguments);

        wrong.Code.ShouldBe(2, wrong.ToString());
        wrong.Error.ShouldContain(said);
        wrong.Error.ShouldNotContain("System.");
        wrong.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_story_and_a_list_name_the_entries_by_which_they_are_proved()
    {
        await using var scene = await Scene.OpenAsync();
        (await scene.RunAsync("true")).Code.ShouldBe(0);
        var state = (await scene.LogAsync("kind:state"))[0];
        var index = state["index"]!.GetValue<long>();
        var session = state["session"]!.GetValue<string>();

        (await scene.BartizanAsync("log", $"index:{index}..{index}")).Output.TrimStart().ShouldStartWith($"{index}  ");
        (await scene.BartizanAsync("log", "show", session)).Output.ShouldContain($" {index}  ");
        (await scene.BartizanAsync("log", "nothing-has-this-name")).Error.ShouldContain("no entry fits");

        var story = Scene.Json(await scene.BartizanAsync("log", "show", session, "--json"));
        story["session"]!.GetValue<string>().ShouldBe(session);
        story["rows"]![0]!["entry"]!.ToJsonString().ShouldBe(state.ToJsonString());
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Bartizan.slnx")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
