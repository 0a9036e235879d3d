using Bartizan.Sandbox.Oci;

namespace Bartizan.Sandbox.Tests.Oci;

/// <summary>An engine that makes another container than it was asked for: podman behind a script that changes its arguments.</summary>
[Collection(nameof(Bubblewrap.Alone))]
public sealed class UntrueEngineTests : IDisposable
{
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;

    private readonly Bubblewrap.TemporaryDirectory _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("drop --cap-drop all", "`CapBnd`")]
    [InlineData("drop --security-opt no-new-privileges", "`no_new_privs`")]
    [InlineData("drop --read-only --read-only-tmpfs=false", "its root isn't the image, read-only")]
    [InlineData("add --volume /etc:/var:ro", "mounted at `/var`")]
    [InlineData("add --volume /etc:/tmp", "`/tmp`")]
    [InlineData("add --device /dev/kmsg", "`/dev/kmsg`")]
    [InlineData("add --uidmap 20000:400000:10", "other users than its two")]
    [InlineData("add --group-add 0", "groups of the host")]
    [InlineData("add --volume $folder/helper:/.bartizan-helper:ro", "another program than Bartizan's helper")]
    public async Task One_that_gives_more_than_it_was_asked_for_is_refused_before_the_go(string change, string told)
    {
        Containers.Need();
        File.Copy(Path.Combine(AppContext.BaseDirectory, "bartizan-helper"), Path.Combine(_directory.Path, "helper"));
        var plan = Containers.Shell("echo ran");
        await using var sandbox = await Behind(change).PrepareAsync(plan, Cancellation);

        var refused = await Should.ThrowAsync<SandboxUnavailableException>(() => sandbox.CreateAsync(Cancellation));

        refused.Message.ShouldContain(told);
        refused.Message.ShouldContain("nothing of the agent was started");
        (await sandbox.KillAsync(Cancellation)).VerifiedEmpty.ShouldBeTrue();
        (await Bubblewrap.Sandboxes.FinishAsync(sandbox)).Output.ShouldBe("");
        await sandbox.CollectAsync(Cancellation);
        Containers.Listed(plan.Id).ShouldBeEmpty();
    }

    [Fact]
    public async Task One_that_does_what_it_is_asked_is_checked_and_the_receipt_says_so()
    {
        Containers.Need();
        await using var sandbox = await Behind("drop no such-words")
            .PrepareAsync(Containers.Shell("true"), Cancellation);

        await sandbox.CreateAsync(Cancellation);

        var layer = sandbox.Receipt.Layers.Single(static layer => layer.Name == "checked");
        layer.Detail.ShouldContain("no_new_privs");
        layer.Detail.ShouldContain("every mount");
    }

    [Fact]
    public async Task A_kill_before_the_container_says_that_it_is_ready_ends_it_and_says_what_was_there()
    {
        Containers.Need();
        var plan = Containers.Shell("echo ran");
        await using var sandbox = await Behind("instead /bin/sleep 1000").PrepareAsync(plan, Cancellation);
        var creating = sandbox.CreateAsync(Cancellation);
        while (Containers.Run("podman", "ps", "--quiet", "--filter", $"name={plan.Id}").Length == 0)
        {
            creating.IsCompleted.ShouldBeFalse();
            await Task.Delay(10, Cancellation);
        }

        var report = await sandbox.KillAsync(Cancellation);

        report.VerifiedEmpty.ShouldBeTrue();
        report.Evidence.ShouldBe(OciRemains.Evidence);
        report.Swept.ShouldBeGreaterThan(0);
        AgentsUsers().ShouldBeEmpty();
        Containers.Listed(plan.Id).ShouldBeEmpty();
        await Should.ThrowAsync<SandboxUnavailableException>(() => creating);
    }

    [Fact]
    public async Task A_kill_at_any_time_of_a_start_leaves_nothing()
    {
        Containers.Need();
        for (var wait = TimeSpan.Zero; wait < TimeSpan.FromMilliseconds(400); wait += TimeSpan.FromMilliseconds(40))
        {
            var plan = Containers.Shell("sleep 1000");
            await using var sandbox = await Containers.Backend.PrepareAsync(plan, Cancellation);
            var creating = sandbox.CreateAsync(Cancellation);
            await Task.Delay(wait, Cancellation);

            var report = await sandbox.KillAsync(Cancellation);

            report.VerifiedEmpty.ShouldBeTrue($"after {wait}: {report.Evidence}");
            report.Evidence.ShouldNotBe("nothing runs");
            AgentsUsers().ShouldBeEmpty($"after {wait}");
            await creating.ContinueWith(
                static _ => { },
                Cancellation,
                TaskContinuationOptions.None,
                TaskScheduler.Default
            );
            await sandbox.CollectAsync(Cancellation);
            Containers.Listed(plan.Id).ShouldBeEmpty($"after {wait}");
        }
    }

    [Fact]
    public void Where_there_is_docker_only_nothing_is_started_and_the_reason_is_said()
    {
        Containers.Need();
        var docker = Path.Combine(_directory.Path, "docker");
        File.WriteAllText(docker, "#!/bin/sh\ntouch " + Path.Combine(_directory.Path, "ran"));
        File.SetUnixFileMode(docker, Executable);
        var options = new OciOptions { Engines = [Path.Combine(_directory.Path, "podman")], Docker = [docker] };

        var report = new OciBackend(options, TimeProvider.System).Probe();

        report.CanIsolate.ShouldBeFalse();
        report.Missing.Single().ShouldStartWith("Docker can't be used: ");
        Directory.GetFiles(_directory.Path).ShouldBe([docker]);
    }

    [Fact]
    public void Runsc_is_not_used_where_it_is_installed_and_the_report_says_why()
    {
        Containers.Need();
        var runsc = Path.Combine(_directory.Path, "runsc");
        File.WriteAllText(runsc, "#!/bin/sh\ntouch " + Path.Combine(_directory.Path, "ran"));
        File.SetUnixFileMode(runsc, Executable);

        var report = new OciBackend(new OciOptions { Runsc = [runsc] }, TimeProvider.System).Probe();

        report.Engine.ShouldNotContain("runsc");
        report.Weaker.ShouldContain(static text =>
            text.StartsWith($"{OciBackend.CantUse}: runsc: its network", StringComparison.Ordinal)
        );
        Directory.GetFiles(_directory.Path).ShouldBe([runsc]);
    }

    public void Dispose() => _directory.Dispose();

    private static IEnumerable<string> AgentsUsers() =>
        Directory
            .EnumerateDirectories("/proc")
            .Where(static place => int.TryParse(Path.GetFileName(place), out _))
            .Where(static place =>
            {
                try
                {
                    var status = ProcessFacts.StatusOf(File.ReadAllLines(place + "/status"));
                    var user = int.Parse(
                        status["Uid"].Split(' ')[0],
                        System.Globalization.CultureInfo.InvariantCulture
                    );
                    return user is >= OciOptions.FirstHostUserDefault and < OciOptions.FirstHostUserDefault + 65_536
                        && status["State"][0] is not ('Z' or 'X');
                }
                catch (IOException)
                {
                    return false;
                }
            });

    private OciBackend Behind(string change)
    {
        var engine = Path.Combine(_directory.Path, "podman");
        File.WriteAllText(
            engine,
            $$"""
            #!/bin/bash
            folder={{_directory.Path}} words=("$@") last=$((${#@} - 1))
            drop() {
                for i in "${!words[@]}"; do
                    if [[ ${words[i]} == "$1" && ${words[i + 1]} == "$2" ]]; then unset "words[i]" "words[i + 1]"; fi
                done
            }
            add() { words=("${words[@]:0:5}" "$@" "${words[@]:5}"); }
            instead() { words=("${words[@]:0:last - 1}" "$@"); }
            if [[ ${words[last]} == shim ]]; then {{change}}; fi
            exec /usr/bin/podman "${words[@]}"
            """
        );
        File.SetUnixFileMode(engine, Executable);
        return new OciBackend(new OciOptions { Engines = [engine] }, TimeProvider.System);
    }
}
