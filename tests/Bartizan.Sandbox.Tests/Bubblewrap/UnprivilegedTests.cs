using System.Diagnostics;

namespace Bartizan.Sandbox.Tests.Bubblewrap;

/// <summary>The daemon need not be root: the same tests, run once more by somebody who is nobody.</summary>
[Collection(nameof(Alone))]
public sealed class UnprivilegedTests
{
    private const string Nobody = "65534";

    [Fact]
    public async Task The_same_tests_pass_for_somebody_who_is_not_root()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Skip("This run is the unprivileged one.");
        }

        Sandboxes.Need();
        var tests = Environment.ProcessPath!;
        if ((await RunAsync("/usr/bin/test", "-x", tests)).Code != 0)
        {
            Assert.Skip("The tests stand below a directory that nobody else may enter.");
        }

        var (code, output) = await RunAsync(
            tests,
            "-class",
            typeof(LaunchTests).FullName!,
            "-class",
            typeof(EndingTests).FullName!,
            "-class",
            typeof(Dialing.DialTests).FullName!,
            "-class",
            typeof(Attacks.WayOutTests).FullName!
        );

        code.ShouldBe(0, output);
        output.ShouldContain("Failed: 0");
        output.ShouldContain("Skipped: 0");
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] command)
    {
        var start = new ProcessStartInfo("setpriv")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        foreach (var argument in (string[])["--reuid", Nobody, "--regid", Nobody, "--clear-groups", "--", .. command])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }
}
