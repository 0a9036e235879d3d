namespace Bartizan.EndToEnd.Tests;

public sealed class LoopbackTests
{
    [Fact]
    public async Task A_node_server_and_its_client_meet_inside_on_loopback()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/node"), "node is not installed in /usr/bin");
        await using var scene = await Scene.OpenAsync();
        await File.WriteAllTextAsync(
            Path.Combine(scene.Project, "serve.mjs"),
            """
            import http from 'node:http';
            const server = http.createServer((_, answer) => answer.end('served inside'));
            server.listen(0, '127.0.0.1', () => http.get({ port: server.address().port, host: '127.0.0.1' }, answer => {
              answer.on('data', data => console.log(String(data)));
              answer.on('end', () => process.exit(0));
            }));
            """
        );

        var run = await scene.BartizanAsync("run", "--", "node", "serve.mjs");

        run.Code.ShouldBe(0, run.ToString());
        run.Output.ShouldContain("served inside");
    }

    [Fact]
    public async Task A_dotnet_test_run_with_a_web_server_of_its_own_passes_inside()
    {
        await using var scene = await Scene.OpenAsync();
        var folder = AppContext.BaseDirectory.TrimEnd('/');
        scene.WriteManifest(run: $"  mounts: [{{ path: \"{folder}\", as: read-only }}]");

        var run = await scene.BartizanAsync(
            "run",
            "--",
            "dotnet",
            Path.Combine(folder, "Bartizan.EndToEnd.Tests.dll"),
            "-noColor",
            "-class",
            typeof(MeetingTests).FullName!
        );

        run.Code.ShouldBe(0, run.ToString());
        run.Output.ShouldContain("Total: 1, Errors: 0, Failed: 0, Skipped: 0");
    }

    [Fact]
    public async Task A_server_of_the_host_is_not_there_inside()
    {
        await using var scene = await Scene.OpenAsync();

        var run = await scene.RunAsync($"exec 3<>/dev/tcp/127.0.0.1/{scene.Upstream.Url.Port} && echo reached; exit 0");

        run.Output.ShouldNotContain("reached");
        scene.Upstream.Requests.ShouldBeEmpty();
    }
}
