using Bartizan.Sandbox.Launches;
using Bartizan.Sandbox.Oci;
using Bartizan.Sandbox.SelfTest;
using Bartizan.Sandbox.Tests.Bubblewrap;
using Bartizan.Sandbox.Tests.Dialing;

namespace Bartizan.Sandbox.Tests.Oci;

/// <summary>An agent that serves in a container is dialed as one in bubblewrap.</summary>
[Collection(nameof(Alone))]
public sealed class ContainerDialTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_agent_in_a_container_is_dialed_paused_resumed_and_killed()
    {
        await using var sandbox = await StartAsync("listen_on(8000, 64); answer('contained')");

        (await Served.AskAsync(sandbox, "hello")).ShouldBe("contained hello\n");
        (await Served.FailureAsync(sandbox, 9000)).ShouldBe(DialFailure.NotServed);
        (await Served.FailureAsync(sandbox, 8001)).ShouldBe(DialFailure.NobodyListens);
        await sandbox.PauseAsync(Cancellation);
        var asking = Served.AskAsync(sandbox, "again");
        await sandbox.ResumeAsync(Cancellation);
        (await asking).ShouldBe("contained again\n");

        var status = File.ReadAllText($"/proc/{((LaunchedSandbox)sandbox).DialedBy}/status");
        status.ShouldContain("CapEff:\t0000000000000000");
        status.ShouldContain("Seccomp:\t2");
        using var connected = await Served.DialAsync(sandbox);
        await sandbox.KillAsync(Cancellation);
        Should.Throw<ObjectDisposedException>(() => connected.Send([1]));
        (await Served.FailureAsync(sandbox)).ShouldBe(DialFailure.Ended);
    }

    [Fact]
    public async Task Nobody_breaks_out_of_a_container_that_serves()
    {
        Containers.Need();
        var backend = new OciBackend(new OciOptions { Image = Containers.Image }, TimeProvider.System);
        var options = new EscapeTestOptions { Shaped = static plan => plan with { Served = [Served.Port] } };

        var report = await new EscapeTest(backend, options).RunAsync(Cancellation);

        report.Layers.ShouldContain(static layer => layer.Name == "dialed");
        report.Attempts.Where(a => a.Fails).Select(a => $"{a.Id}: {a.Observed} ({a.Control})").ShouldBeEmpty();
        report.Ok.ShouldBeTrue();
    }

    // The image has no program that listens: the host's Perl is shown, which its libc runs.
    private static async Task<ISandbox> StartAsync(string script)
    {
        Containers.Need();
        var modules = Directory.EnumerateDirectories("/usr/lib", "perl-base", SearchOption.AllDirectories).First();
        var words = Served.Perl(script);
        var sandbox = await Containers.StartAsync(
            Containers.Plan(["/opt/perl", .. words[1..]]) with
            {
                Served = [8000, 8001],
                Mounts =
                [
                    Mount.ReadOnly("/usr/bin/perl", "/opt/perl", "test"),
                    Mount.ReadOnly(modules, modules, "test"),
                ],
            }
        );
        (await Served.LineAsync(sandbox.Output)).ShouldBe("up");
        return sandbox;
    }
}
