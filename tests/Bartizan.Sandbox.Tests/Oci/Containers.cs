using System.Diagnostics;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox.Oci;

namespace Bartizan.Sandbox.Tests.Oci;

/// <summary>Runs programs in real containers. Tests that need one skip, with the reason, where the host can't give it.</summary>
internal static class Containers
{
    private static readonly Lazy<string> Made = new(Make);

    public static OciBackend Backend { get; } = new(new OciOptions(), TimeProvider.System);

    /// <summary>An image of this host's Debian packages, by name and digest.</summary>
    public static string Image => Made.Value;

    public static void Need()
    {
        var report = Backend.Probe();
        if (!report.CanIsolate)
        {
            Assert.Skip(string.Join(' ', report.Missing));
        }

        if (!File.Exists("/usr/bin/dpkg"))
        {
            Assert.Skip("The image of the container tests is made of Debian packages, and this host has none.");
        }
    }

    public static SandboxPlan Plan(params string[] command) =>
        new()
        {
            Id = SessionId.New(),
            Command = [.. command],
            Image = Image,
            Limits = new Limits { MemoryBytes = 1L << 30, DiskBytes = 256L << 20 },
        };

    public static SandboxPlan Shell(string script) => Plan("/bin/bash", "-c", script);

    public static async Task<ISandbox> StartAsync(SandboxPlan plan)
    {
        Need();
        var cancellation = TestContext.Current.CancellationToken;
        var sandbox = await Backend.PrepareAsync(plan, cancellation);
        try
        {
            await sandbox.CreateAsync(cancellation);
            if (plan.Network)
            {
                await sandbox.InjectAsync(cancellation);
            }

            await sandbox.StartAsync(cancellation);
            return sandbox;
        }
        catch
        {
            await sandbox.DisposeAsync();
            throw;
        }
    }

    public static async Task<Bubblewrap.Sandboxes.Ran> RunAsync(SandboxPlan plan)
    {
        await using var sandbox = await StartAsync(plan);
        await sandbox.Input.DisposeAsync();
        return await Bubblewrap.Sandboxes.FinishAsync(sandbox);
    }

    public static Task<Bubblewrap.Sandboxes.Ran> RunAsync(string script)
    {
        Need();
        return RunAsync(Shell(script));
    }

    /// <summary>What podman knows of a session.</summary>
    public static string Listed(SessionId session) =>
        Run("podman", "ps", "--all", "--quiet", "--filter", $"name={session}");

    /// <summary>An image of one layer, a directory's content.</summary>
    public static string ImageOf(string directory)
    {
        var archive = directory + ".tar";
        try
        {
            Run("tar", "-C", directory, "-cf", archive, ".");
            Run("podman", "import", "--quiet", archive, "localhost/bartizan-test-links");
            return Run(
                "podman",
                "image",
                "inspect",
                "--format",
                "localhost/bartizan-test-links@{{.Digest}}",
                "localhost/bartizan-test-links"
            );
        }
        finally
        {
            File.Delete(archive);
        }
    }

    private static string Make() => Run("sh", Path.Combine(AppContext.BaseDirectory, "Oci", "debian-image.sh"));

    public static string Run(string program, params string[] arguments)
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
