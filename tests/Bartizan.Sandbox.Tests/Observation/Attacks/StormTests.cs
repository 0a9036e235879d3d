using System.Diagnostics;
using Bartizan.Sandbox.Observation;
using Bartizan.Sandbox.Tests.Bubblewrap;

namespace Bartizan.Sandbox.Tests.Observation.Attacks;

/// <summary>What an agent tries against the one who observes.</summary>
public sealed class StormTests
{
    [Fact]
    public async Task Of_ten_thousand_starts_each_is_told_of_or_counted_as_lost()
    {
        var watched = await Watched.ShellAsync("for ((i = 0; i < 10000; i++)); do /usr/bin/true $i; done");

        watched.Ran.Code.ShouldBe(0);
        watched.Sums.Started.ShouldBe(10_001);
        (watched.Of(SightingKind.Started).Count() + watched.Lost.Started).ShouldBe(10_001);
    }

    [Fact]
    public async Task An_agent_does_not_wait_for_a_reader_that_is_slow_and_what_does_not_fit_is_counted()
    {
        await using var sandbox = await Sandboxes.StartAsync(
            Sandboxes.Shell(
                "for ((i = 0; i < 40000; i++)); do : > /tmp/a-name-that-is-as-long-as-names-of-files-are-$i; done"
            )
        );
        await sandbox.Input.DisposeAsync();

        // Nobody reads until the agent is done: it got there all the same.
        (await sandbox.Exited).Code.ShouldBe(0);
        var sightings = await Watched.ReadAsync(sandbox);

        var lost = sightings.Last(s => s.Kind == SightingKind.Lost).Sums;
        lost.Written.ShouldBeGreaterThan(10_000);
        var end = sightings[^1];
        end.Kind.ShouldBe(SightingKind.End);
        end.Sums.Written.ShouldBeGreaterThanOrEqualTo(40_000);
        (sightings.Where(s => s.Kind == SightingKind.Written).Sum(s => s.Count) + lost.Written).ShouldBe(
            end.Sums.Written
        );
    }

    [Fact]
    public async Task A_name_of_thousands_of_folders_that_are_not_there_holds_nobody_up()
    {
        const string Python = "/usr/bin/python3";
        Assert.SkipUnless(File.Exists(Python), "python3 is not installed");
        var watched = await Watched.RunAsync(
            Sandboxes.Plan(
                Python,
                "-c",
                """
                import os, time
                def timed(call):
                    start = time.monotonic()
                    try: call()
                    except FileNotFoundError: return time.monotonic() - start
                os.symlink("./" * 2000, "/tmp/l"); os.symlink("/".join(["l"] * 18), "/tmp/k")
                name = "/tmp/k" + "/a" * 2000
                alone = min(timed(lambda: os.stat(name)) for i in range(5))
                print(int(min(timed(lambda: os.open(name, os.O_RDONLY)) for i in range(2)) / alone))
                """
            )
        );

        // A look of the kernel's own is the measure; once there was one for each of the two thousand.
        watched.Ran.Output.ShouldNotBeEmpty(watched.Ran.ToString());
        int.Parse(watched.Ran.Output, System.Globalization.CultureInfo.InvariantCulture).ShouldBeLessThan(200);
        watched
            .Paths(SightingKind.Read)
            .ShouldContain(path => path.StartsWith("/tmp/k/a/a/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whoever_observes_can_not_be_found_from_inside_and_is_nobody_outside()
    {
        Sandboxes.Need();
        await using var sandbox = await Sandboxes.StartAsync(
            Sandboxes.Shell(
                "grep -l obs[e]rve /proc/[0-9]*/cmdline 2>/dev/null; ls /proc/*/fd -l 2>/dev/null | grep -c seccomp; read"
            )
        );
        var observer = ObserverOf(sandbox);
        var status = await File.ReadAllTextAsync($"/proc/{observer.Id}/status", TestContext.Current.CancellationToken);

        Value(status, "CapEff").ShouldBe("0000000000000000");
        Value(status, "NoNewPrivs").ShouldBe("1");
        Value(status, "Seccomp").ShouldBe("2");
        if (Environment.IsPrivilegedProcess)
        {
            Value(status, "Uid").ShouldNotStartWith("0");
        }

        await sandbox.Input.DisposeAsync();
        var ran = await Sandboxes.FinishAsync(sandbox);
        ran.Output.ShouldBe("0\n");
    }

    [Fact]
    public async Task Without_an_observer_an_agent_gets_no_further()
    {
        Sandboxes.Need();
        await using var sandbox = await Sandboxes.StartAsync(
            Sandboxes.Shell(
                "echo ready; read; echo on; /usr/bin/true && echo started; : > /tmp/x && echo written; echo over"
            )
        );
        var seen = Watched.ReadAsync(sandbox);
        await sandbox.Output.ReadExactlyAsync(new byte["ready\n".Length], TestContext.Current.CancellationToken);
        ObserverOf(sandbox).Kill();
        (await seen).ShouldNotContain(s => s.Kind == SightingKind.End);
        await sandbox.Input.WriteAsync("\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await sandbox.Input.FlushAsync(TestContext.Current.CancellationToken);

        var ran = await Sandboxes.FinishAsync(sandbox);

        ran.Output.ShouldBe("on\nover\n");
        ran.Error.ShouldContain("Function not implemented");
    }

    [Fact]
    public async Task A_sandbox_that_ends_leaves_no_observer()
    {
        Sandboxes.Need();
        var sandbox = await Sandboxes.StartAsync(Sandboxes.Shell("read"));
        var observer = ObserverOf(sandbox);
        await sandbox.DisposeAsync();

        observer.HasExited.ShouldBeTrue();
    }

    private static Process ObserverOf(ISandbox sandbox) =>
        Process.GetProcessById(((Launches.LaunchedSandbox)sandbox).ObservedBy);

    private static string Value(string status, string name) =>
        status
            .Split('\n')
            .Single(line => line.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..]
            .Trim();
}
