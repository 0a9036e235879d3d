namespace Bartizan.EndToEnd.Tests;

/// <summary>A host that an agent opens for the first time, where a person looks.</summary>
public sealed class NewHostTests
{
    private const string Curl = "curl -sS -x http://127.0.0.1:3128 --noproxy '' -o /dev/null";

    [Fact]
    public async Task It_is_told_in_the_summary_the_log_and_the_status_and_once_only_whatever_restarts()
    {
        await using var scene = await Scene.OpenAsync();
        var port = scene.Upstream.Url.Port;
        var (first, second) = ($"http://127.0.0.1:{port}", $"http://localhost:{port}");
        scene.WriteManifest(
            rules: $"""
              - allow: http GET {first}/**
                why: The host of this test.
              - allow: http GET {second}/**
                why: Its other name.
            """
        );
        await RunAsync(scene, $"{Curl} {first}/a");
        (await scene.LogAsync("kind:finding")).ShouldBeEmpty();
        await scene.BartizanAsync("down");

        var run = await RunAsync(scene, $"{Curl} {first}/a; {Curl} {second}/a; {Curl} {second}/b");

        run.ToString().ShouldContain("; new: localhost");
        var finding = (await scene.LogAsync("kind:finding")).ShouldHaveSingleItem();
        finding["detail"]!.GetValue<string>().ShouldBe("new-host low 1");
        var session = finding["session"]!.GetValue<string>();
        (await scene.BartizanAsync("log", "show", session)).Output.ShouldContain(
            "`tried` has not opened `localhost` before"
        );
        (await scene.BartizanAsync("status")).Output.ShouldContain(
            "new host   tried opened localhost for the first time"
        );
        await scene.BartizanAsync("down");

        var manifest = await File.ReadAllTextAsync(scene.ManifestPath);
        await File.WriteAllTextAsync(
            scene.ManifestPath,
            manifest.Replace("version: 1", "version: 2", StringComparison.Ordinal)
        );
        await RunAsync(scene, $"{Curl} {first}/a; {Curl} {second}/a");
        (await scene.LogAsync("kind:finding")).Count.ShouldBe(1);
    }

    private static async Task<Finished> RunAsync(Scene scene, string script)
    {
        var run = await scene.RunAsync(script);
        run.Code.ShouldBe(0, run.ToString());
        return run;
    }
}
