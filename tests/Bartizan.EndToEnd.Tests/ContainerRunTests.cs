using System.Diagnostics;

namespace Bartizan.EndToEnd.Tests;

/// <summary>A session in a container, from the manifest to the log.</summary>
public sealed class ContainerRunTests
{
    [Fact]
    public async Task An_agent_works_in_a_container_with_the_same_manifest_otherwise()
    {
        await using var scene = await OpenAsync();

        var run = await scene.BartizanAsync(
            "run",
            "--",
            "/bin/bash",
            "-c",
            Scene.Ask
                + "ask | grep -o ANSWERED; cat notes.txt; echo more >> notes.txt; id -u; cat /proc/1/environ 2>&1; "
                + "ls /root 2>&1 | head -1; exit 3"
        );

        run.Code.ShouldBe(3, run.ToString());
        run.Output.ShouldContain("ANSWERED\nfirst line\n10000\n");
        run.Output.ShouldContain("/proc/1/environ: Permission denied");
        run.Output.ShouldNotContain(Scene.ProviderKey);
        (await scene.LogAsync("kind:receipt")).ShouldHaveSingleItem().ToJsonString().ShouldContain("engine: podman");
        File.ReadAllText(Path.Combine(scene.Project, "notes.txt")).ShouldBe("first line\n");
    }

    [Fact]
    public async Task A_kill_ends_the_container_and_a_killed_daemon_takes_it_along()
    {
        await using var scene = await OpenAsync();
        await using (var first = scene.Start("run", "--", "/bin/bash", "-c", "echo up; sleep 6000; :"))
        {
            await first.SaysAsync("up");
            var session = await scene.SessionAsync();
            Listed(session).ShouldNotBeEmpty();
            (await scene.BartizanAsync("kill", session)).Code.ShouldBe(0);
            (await first.EndAsync()).Code.ShouldNotBe(0);
            Listed(session).ShouldBeEmpty();
        }

        await using var second = scene.Start("run", "--", "/bin/bash", "-c", "echo up; sleep 6000; :");
        await second.SaysAsync("up");
        var left = await scene.SessionAsync();
        using (var daemon = Process.GetProcessById((await scene.DaemonAsync()).ShouldNotBeNull()))
        {
            daemon.Kill();
        }

        await Scene.UntilAsync(() => Listed(left).Length == 0, "the container's end");
        await second.EndAsync();

        static string Listed(string session) =>
            Run("podman", "ps", "--all", "--quiet", "--filter", $"label=bartizan.session={session}");
    }

    [Fact]
    public async Task An_image_by_a_tag_is_an_error_of_check()
    {
        await using var scene = await Scene.OpenAsync();
        scene.WriteManifest(run: "  isolation: oci\n  image: debian:12");

        var check = await scene.BartizanAsync("check", scene.ManifestPath);

        check.Code.ShouldBe(3, check.ToString());
        (check.Output + check.Error).ShouldContain("a tag can be moved");
    }

    private static async Task<Scene> OpenAsync()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/podman"), "podman is not installed");
        Assert.SkipUnless(File.Exists("/usr/bin/dpkg"), "the image is made of Debian packages, and this host has none");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "containers need root");
        var image = Run("sh", Path.Combine(AppContext.BaseDirectory, "debian-image.sh"));
        var scene = await Scene.OpenAsync();
        scene.WriteManifest(run: $"  isolation: oci\n  image: {image}");
        return scene;
    }

    internal static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        using var output = process.StandardOutput;
        var said = output.ReadToEnd().Trim();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}");
        return said;
    }
}
