using Bartizan.Core.Manifests;

namespace Bartizan.Sandbox.Tests.Bubblewrap;

/// <summary>Pause, kill, exit: what is over is over.</summary>
public sealed class EndingTests
{
    private const string StubbornFamily = """
        for i in $(seq $1); do (trap '' TERM INT HUP; exec setsid sleep 1000) & done
        echo up
        wait
        """;

    [Fact]
    public async Task A_killed_sandbox_is_empty_and_proves_it()
    {
        var plan = Sandboxes.Plan("/bin/bash", "-c", StubbornFamily, "family", "400");
        await using var sandbox = await Sandboxes.StartAsync(plan with { Limits = new Limits { Processes = 1000 } });
        (await ReadLineAsync(sandbox.Output)).ShouldBe("up");

        var report = await sandbox.KillAsync(TestContext.Current.CancellationToken);

        report.VerifiedEmpty.ShouldBeTrue();
        report.Evidence.ShouldNotBeEmpty();
        var exit = await sandbox.Exited;
        exit.Killed.ShouldBeTrue();
        exit.Code.ShouldBe(137);
    }

    [Fact]
    public async Task A_kill_cuts_the_listeners()
    {
        await using var sandbox = await Sandboxes.StartAsync(Sandboxes.Plan("/usr/bin/sleep", "1000"));
        var accepting = sandbox.Listeners.Egress.AcceptAsync(TestContext.Current.CancellationToken);

        await sandbox.KillAsync(TestContext.Current.CancellationToken);

        await Should.ThrowAsync<Exception>(async () => await accepting);
    }

    [Fact]
    public async Task A_sandbox_that_was_killed_before_the_go_never_starts_its_agent()
    {
        Sandboxes.Need();
        var cancellation = TestContext.Current.CancellationToken;
        await using var sandbox = await Sandboxes.Backend.PrepareAsync(Sandboxes.Shell("echo ran"), cancellation);
        await sandbox.CreateAsync(cancellation);
        await sandbox.InjectAsync(cancellation);

        (await sandbox.KillAsync(cancellation)).VerifiedEmpty.ShouldBeTrue();

        await Should.ThrowAsync<SandboxUnavailableException>(() => sandbox.StartAsync(cancellation));
        (await Sandboxes.FinishAsync(sandbox)).Output.ShouldBe("");
    }

    [Fact]
    public async Task What_the_agent_leaves_running_ends_with_it()
    {
        await using var sandbox = await Sandboxes.StartAsync(Sandboxes.Shell("setsid sleep 1000 & echo left; exit 3"));

        var ran = await Sandboxes.FinishAsync(sandbox); // the end of output: the one left running held it open

        ran.Code.ShouldBe(3);
        ran.Output.ShouldBe("left\n");
    }

    [Fact]
    public async Task A_paused_sandbox_does_nothing_until_it_is_resumed()
    {
        await using var sandbox = await Sandboxes.StartAsync(
            Sandboxes.Shell("while read -r line; do echo $line; done")
        );
        await sandbox.Input.WriteAsync("one\n"u8.ToArray());
        (await ReadLineAsync(sandbox.Output)).ShouldBe("one");

        var tier = await sandbox.PauseAsync(TestContext.Current.CancellationToken);
        tier.ShouldNotBe(PauseTier.None);
        await sandbox.Input.WriteAsync("two\n"u8.ToArray());
        var second = ReadLineAsync(sandbox.Output);
        second.IsCompleted.ShouldBeFalse();

        await sandbox.ResumeAsync(TestContext.Current.CancellationToken);
        (await second).ShouldBe("two");
    }

    [Fact]
    public async Task A_paused_sandbox_can_be_killed()
    {
        await using var sandbox = await Sandboxes.StartAsync(Sandboxes.Plan("/usr/bin/sleep", "1000"));
        await sandbox.PauseAsync(TestContext.Current.CancellationToken);

        (await sandbox.KillAsync(TestContext.Current.CancellationToken)).VerifiedEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task A_kill_after_the_end_says_that_nothing_runs()
    {
        var sandbox = await Sandboxes.StartAsync(Sandboxes.Plan("/usr/bin/true"));
        await sandbox.Exited;
        await sandbox.DisposeAsync();

        (await sandbox.KillAsync(TestContext.Current.CancellationToken)).VerifiedEmpty.ShouldBeTrue();
    }

    private static async Task<string> ReadLineAsync(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, TestContext.Current.CancellationToken) == 1 && one[0] != (byte)'\n')
        {
            line.Add(one[0]);
        }

        return System.Text.Encoding.UTF8.GetString([.. line]);
    }
}
