using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Bartizan.EndToEnd.Tests;

/// <summary>Exports of the built program: one sink that works, one that is dead, and a daemon that is killed in between.</summary>
public sealed class ExportTests
{
    private const string Secret = "hook-key-71c2f0a9d4";

    [Fact]
    public async Task A_killed_daemon_and_a_dead_sink_lose_no_entry_and_hold_up_no_agent()
    {
        await using var scene = await Scene.OpenAsync();
        var copy = Path.Combine(scene.Root, "copy.jsonl");
        await WriteAsync(scene, copy);
        (await scene.BartizanAsync("up")).Output.ShouldContain("exports to copy, dead");
        (await scene.RunAsync(Scene.Ask + "for i in 1 2 3 4 5; do ask; done")).Code.ShouldBe(0);
        using (var daemon = Process.GetProcessById((await scene.DaemonAsync()).ShouldNotBeNull()))
        {
            daemon.Kill();
            await daemon.WaitForExitAsync();
        }

        (await scene.BartizanAsync("up")).Code.ShouldBe(0);
        (await scene.RunAsync(Scene.Ask + "ask")).Code.ShouldBe(0);
        var sinks = await CaughtUpAsync(scene);
        var (working, dead) = (sinks[0]!, sinks[1]!);
        working["setAside"]!.GetValue<int>().ShouldBe(0);
        dead["problem"]!.GetValue<string>().ShouldContain("127.0.0.1:1");
        dead["next"]!.GetValue<int>().ShouldBe(0);

        // The peer's record against the log, by index.
        var entries = (await scene.LogAsync()).Select(entry => entry["index"]!.GetValue<long>()).ToList();
        var got = (await File.ReadAllLinesAsync(copy))
            .Select(line => JsonNode.Parse(line)!["index"]!.GetValue<long>())
            .ToList();
        got.Distinct().Order().ShouldBe(entries.Where(index => index <= got.Max()).Order());
        got.Max().ShouldBeGreaterThan(20);
        (await scene.BartizanAsync("status", "--json")).Output.ShouldNotContain(Secret);
        (await File.ReadAllTextAsync(Path.Combine(scene.Home, "daemon.log"))).ShouldNotContain(Secret);
        var once = await scene.BartizanAsync("log", "export", "kind:intent", "--format", "cef");
        once.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(6);
        once.Output.ShouldContain("CEF:0|Bartizan|");
        (await scene.BartizanAsync("down")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task A_mistake_in_the_file_is_named_with_its_place_and_what_ran_goes_on()
    {
        await using var scene = await Scene.OpenAsync();
        var copy = Path.Combine(scene.Root, "copy.jsonl");
        await WriteAsync(scene, copy);
        (await scene.BartizanAsync("up")).Code.ShouldBe(0);
        var file = Path.Combine(scene.Home, "exports.yaml");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("kind: file", "kind: fiel"));
        var refused = await scene.BartizanAsync("up");
        refused.Code.ShouldBe(3);
        refused.Error.ShouldContain("exports.yaml:4:11");
        refused.Error.ShouldContain("Did you mean `file`?");
        (await CaughtUpAsync(scene)).Count.ShouldBe(2);
        (await scene.BartizanAsync("down")).Code.ShouldBe(0);
    }

    private static async Task WriteAsync(Scene scene, string copy)
    {
        Directory.CreateDirectory(
            scene.Home,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        var key = Path.Combine(scene.Root, "hook.key");
        await File.WriteAllTextAsync(key, Secret);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(
            Path.Combine(scene.Home, "exports.yaml"),
            $$"""
            apiVersion: bartizan/v1
            sinks:
              - name: copy
                kind: file
                path: {{copy}}
              - name: dead
                kind: webhook
                url: http://127.0.0.1:1/
                token: { from: "file:{{key}}" }
            """
        );
    }

    private static async Task<JsonArray> CaughtUpAsync(Scene scene)
    {
        using var limit = new CancellationTokenSource(Running.Limit);
        while (true)
        {
            var status = await scene.BartizanAsync("status", "--json");
            var sinks = JsonNode.Parse(status.Output)!["exports"]!.AsArray();
            if (sinks[0]!["lag"]!.GetValue<int>() == 0 && sinks[1]!["problem"] is not null)
            {
                return sinks;
            }

            limit.Token.ThrowIfCancellationRequested();
        }
    }
}
