using System.Text.Json.Nodes;

namespace Bartizan.EndToEnd.Tests;

/// <summary>What an agent does inside its sandbox is in the log, seen from outside, without a word of the agent.</summary>
public sealed class SeenTests
{
    private const string Key = "glpat-Zq8LmT4xWv2RbKd7Nh5Y";

    [Fact]
    public async Task Programs_writes_and_reads_are_entries_that_a_search_finds()
    {
        await using var scene = await Scene.OpenAsync();

        var run = await scene.RunAsync(
            "cat notes.txt >/dev/null; cp notes.txt copy.txt; rm copy.txt; /usr/bin/env true --odd"
        );

        run.Code.ShouldBe(0, run.ToString());
        var started = await scene.LogAsync("kind:seen", "verb:exec", "detail:started");
        Targets(started).ShouldContain("/usr/bin/cat notes.txt");
        Targets(started).ShouldContain("/usr/bin/true --odd");
        Targets(await scene.LogAsync("kind:seen", "verb:write", "detail:written")).ShouldContain("/workspace/copy.txt");
        Targets(await scene.LogAsync("kind:seen", "verb:write", "detail:removed")).ShouldContain("/workspace/copy.txt");
        Targets(await scene.LogAsync("kind:seen", "verb:read")).ShouldContain("/workspace/notes.txt");
        (await scene.LogAsync("kind:seen", "\"2 reads\"", "detail:all")).Count.ShouldBeLessThan(2);

        // The end says all numbers, before the session's end does.
        var all = await scene.LogAsync("kind:seen", "\"in all\"");
        all.ShouldHaveSingleItem()["lost"].ShouldBeNull();
        var ended = (await scene.LogAsync("kind:state", "detail:ended"))[0]["index"]!.GetValue<long>();
        all[0]["index"]!.GetValue<long>().ShouldBeLessThan(ended);
    }

    [Fact]
    public async Task A_credential_on_a_command_line_is_in_no_entry()
    {
        await using var scene = await Scene.OpenAsync();

        var run = await scene.RunAsync(
            $"/usr/bin/true --token {Key} https://me:{Key}@h.example/ X_PASSWORD=hunter-two; touch /tmp/{Key}"
        );

        run.Code.ShouldBe(0, run.ToString());
        var log = await scene.BartizanAsync("log", "--json", "kind:seen");
        log.Output.ShouldContain("/usr/bin/true --token ***");
        log.Output.ShouldContain("X_PASSWORD=***");
        log.Output.ShouldNotContain("hunter-two");

        // The first program's own command line has it: a script is text.
        log.Output.ShouldNotContain(Key);
    }

    [Fact]
    public async Task A_manifest_may_want_programs_only()
    {
        await using var scene = await Scene.OpenAsync();
        scene.WriteManifest(run: "  seen: programs");

        (await scene.RunAsync("cat notes.txt > /tmp/x")).Code.ShouldBe(0);

        (await scene.LogAsync("kind:seen", "verb:exec")).ShouldNotBeEmpty();
        (await scene.LogAsync("kind:seen", "verb:read,write")).ShouldBeEmpty();
    }

    private static string Targets(IEnumerable<JsonNode?> entries) =>
        string.Join('\n', entries.Select(e => e!["target"]?.GetValue<string>()));
}
