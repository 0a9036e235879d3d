using System.Diagnostics;

namespace Bartizan.EndToEnd.Tests;

/// <summary>An agent's image: the Dockerfile that is written for it, and what scanners say of it, from the manifest to the log.</summary>
public sealed class ImageTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task In_production_no_agent_runs_in_an_image_that_nobody_looked_into_or_that_has_too_much()
    {
        await using var scene = await Scene.OpenAsync();
        Production(scene, "");
        (await scene.BartizanAsync("check", scene.ManifestPath)).Error.ShouldContain("names no `scan`");
        var refused = await scene.BartizanAsync("run", "--", "/bin/true");
        refused.Code.ShouldBe(4, refused.ToString());
        refused.Error.ShouldContain("nobody has looked into the image");

        Production(
            scene,
            "  scan: { file: scan.json, fail: high, ignore: { CVE-2026-2: { until: 2099-01-01, why: Not reachable. } } }"
        );
        Scan(scene, "CRITICAL");
        var check = await scene.BartizanAsync("check", scene.ManifestPath);
        check.Code.ShouldBe(3, check.ToString());
        check.Error.ShouldContain("CVE-2026-1 (critical, libssl3@3.0.1)");
        check.Error.ShouldNotContain("CVE-2026-2");
        (await scene.BartizanAsync("image", "scan")).Code.ShouldBe(1);
        refused = await scene.BartizanAsync("run", "--", "/bin/true");
        refused.Code.ShouldBe(4, refused.ToString());
        var entry = (await scene.LogAsync("kind:finding"))[^1].ToJsonString();
        entry.ShouldContain("scanned by Trivy: 2 findings, 1 borne, 1 from high on");
        entry.ShouldContain(Digest);

        Scan(scene, "MEDIUM");
        (await scene.BartizanAsync("check", scene.ManifestPath)).Code.ShouldBe(0);
        (await scene.BartizanAsync("image", "scan", "scan.json")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task The_Dockerfile_builds_twice_into_one_image_of_nobody_s_without_set_id_programs()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/podman"), "podman is not installed");
        Assert.SkipUnless(File.Exists("/usr/bin/dpkg"), "the image is made of Debian packages, and this host has none");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "containers need root");
        await using var scene = await Scene.OpenAsync();
        scene.WriteManifest(run: "  command: [/bin/bash, agent.sh]");
        var image = Run("sh", Path.Combine(AppContext.BaseDirectory, "debian-image.sh"));

        var unknown = await scene.BartizanAsync("image", "--base", image);
        unknown.Code.ShouldBe(2, unknown.ToString());
        unknown.Error.ShouldContain("the manifest needs `bash`");
        var byName = await scene.BartizanAsync(
            "image",
            "--base",
            image[..image.IndexOf('@', StringComparison.Ordinal)],
            "--has",
            "bash"
        );
        byName.Code.ShouldBe(0, byName.ToString());
        byName.Output.ShouldContain($"FROM {image} AS filled");

        var file = Path.Combine(scene.Project, "Dockerfile");
        await File.WriteAllTextAsync(file, byName.Output, TestContext.Current.CancellationToken);
        var one = Build(file);
        try
        {
            Build(file).ShouldBe(one);
            Run("podman", "image", "inspect", "--format", "{{.User}} {{.Config.Labels}}", one)
                .ShouldStartWith("65532:65532 map[bartizan.agent:tried bartizan.policy:");
            Run("podman", "tag", one, "localhost/bartizan-test-image");
            var digest = Run("podman", "image", "inspect", "--format", "{{.Digest}}", one);
            scene.WriteManifest(run: $"  isolation: oci\n  image: localhost/bartizan-test-image@{digest}");
            var run = await scene.BartizanAsync(
                "run",
                "--",
                "/bin/sh",
                "-c",
                "find / -xdev -type f -perm /6000 2>/dev/null | wc -l; ls /usr/bin/apt-get /usr/bin/dpkg 2>/dev/null | wc -l"
            );
            run.Output.ShouldBe("0\n0\n", run.ToString());
        }
        finally
        {
            Run("podman", "image", "rm", "--force", one);
        }
    }

    private static string Build(string file) =>
        Run(
            "sh",
            "-c",
            $"podman build --isolation chroot --network host --quiet --no-cache --timestamp 315532800 - < {file}"
        );

    private static void Production(Scene scene, string scan)
    {
        scene.WriteManifest(run: $"  isolation: oci\n  image: localhost/agent@{Digest}\n{scan}");
        File.WriteAllText(
            scene.ManifestPath,
            File.ReadAllText(scene.ManifestPath)
                .Replace("environment: development", "environment: staging", StringComparison.Ordinal)
                .Replace("from: env:UP_KEY", "from: vault:up", StringComparison.Ordinal)
                .Replace("url: \"http://", "url: \"https://", StringComparison.Ordinal)
        );
    }

    private static void Scan(Scene scene, string severity) =>
        File.WriteAllText(
            Path.Combine(scene.Project, "scan.json"),
            $$"""
            { "SchemaVersion": 2, "CreatedAt": "{{TimeProvider.System.GetUtcNow():O}}", "ArtifactType": "container_image",
              "Metadata": { "RepoDigests": ["localhost/agent@{{Digest}}"] },
              "Results": [{ "Vulnerabilities": [
                { "VulnerabilityID": "CVE-2026-1", "PkgName": "libssl3", "InstalledVersion": "3.0.1", "Severity": "{{severity}}" },
                { "VulnerabilityID": "CVE-2026-2", "PkgName": "zlib1g", "InstalledVersion": "1.3", "Severity": "HIGH" }] }] }
            """
        );

    private static string Run(string program, params string[] arguments)
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
