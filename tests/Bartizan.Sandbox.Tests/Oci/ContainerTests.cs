using System.Text;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox.Launches;
using Bartizan.Sandbox.Oci;

namespace Bartizan.Sandbox.Tests.Oci;

/// <summary>A real container, from nothing to nothing.</summary>
[Collection(nameof(Bubblewrap.Alone))]
public sealed class ContainerTests
{
    /// <summary>Only a failing test waits that long.</summary>
    private static readonly TimeSpan EndsWithin = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_agent_in_a_container_is_nobody_special_under_every_layer()
    {
        var ran = await Containers.RunAsync(
            "id -u; id -un; pwd; echo $HOME; grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status; "
                + "ls /proc/self/fd | wc -l; cat /etc/resolv.conf | head -1; env | grep -c -E '^(container|HOSTNAME)='; exit 7"
        );

        ran.Error.ShouldBe("");
        ran.Lines.ShouldBe([
            "10000",
            "agent",
            "/workspace",
            "/home/agent",
            "CapEff:\t0000000000000000",
            "CapBnd:\t0000000000000000",
            "NoNewPrivs:\t1",
            "Seccomp:\t2",
            "4", // 0, 1, 2, and the one ls reads the directory by
            "nameserver 127.0.0.1",
            "0",
        ]);
        ran.Code.ShouldBe(7);
    }

    [Fact]
    public async Task A_plan_is_shown_as_in_bubblewrap()
    {
        Containers.Need();
        using var directory = new Bubblewrap.TemporaryDirectory();
        File.WriteAllText(Path.Combine(directory.Path, "given"), "before");
        var plan = Containers.Shell(
            "cat given ~/.config/x; echo after > given; mkdir made; stat -c %u given made; readlink /srv/project; "
                + "(echo a > /opt/tool/given) 2>/dev/null || echo kept; (echo a > ~/.config/x) 2>/dev/null || echo kept; "
                + "(echo a > /usr/bin/new) 2>/dev/null || echo kept; (echo a > /etc/passwd) 2>/dev/null || echo kept; "
                + "echo a >> ~/own && cat ~/own; touch /tmp/own /dev/shm/own && echo made"
        ) with
        {
            Mounts =
            [
                Mount.Writable(directory.Path, SandboxPaths.Workspace, "workspace"),
                Mount.ReadOnly(directory.Path, "/opt/tool", "tool", ownedByAgent: true),
                Mount.File("/home/agent/.config/x", "given\n"u8.ToArray(), "settings"),
                Mount.Symlink("/srv/project", "/workspace"),
                Mount.Tmpfs("/home/agent", 1 << 20),
                Mount.WritableFile("/home/agent/own", "mine\n"u8.ToArray()),
            ],
        };

        var ran = await Containers.RunAsync(plan);

        ran.Error.ShouldBe("");
        ran.Output.ShouldBe("beforegiven\n10000\n10000\n/workspace\nkept\nkept\nkept\nkept\nmine\na\nmade\n");
        File.ReadAllText(Path.Combine(directory.Path, "given")).ShouldBe("after\n");
        Directory.Delete(Path.Combine(directory.Path, "made"));
    }

    [Fact]
    public async Task A_connection_inside_arrives_at_the_listener_outside()
    {
        Containers.Need();
        await using var sandbox = await Containers.StartAsync(
            Containers.Shell("exec 3<>/dev/tcp/127.0.0.1/8080; echo hello >&3; cat <&3")
        );

        using (var accepted = await sandbox.Listeners.ModelGateway.AcceptAsync(Cancellation))
        {
            var buffer = new byte[16];
            var count = await accepted.ReceiveAsync(buffer, Cancellation);
            Encoding.UTF8.GetString(buffer, 0, count).ShouldBe("hello\n");
            await accepted.SendAsync("answer\n"u8.ToArray(), Cancellation);
        }

        (await Bubblewrap.Sandboxes.FinishAsync(sandbox)).Output.ShouldBe("answer\n");
    }

    [Fact]
    public async Task Not_one_byte_of_the_agent_runs_before_the_go_and_a_kill_leaves_nothing()
    {
        Containers.Need();
        var plan = Containers.Shell("echo ran; sleep 1000");
        await using var sandbox = await Containers.Backend.PrepareAsync(plan, Cancellation);
        await sandbox.CreateAsync(Cancellation);
        await sandbox.InjectAsync(Cancellation);
        Containers.Listed(plan.Id).ShouldNotBeEmpty();

        (await sandbox.KillAsync(Cancellation)).VerifiedEmpty.ShouldBeTrue();

        await Should.ThrowAsync<SandboxUnavailableException>(() => sandbox.StartAsync(Cancellation));
        (await Bubblewrap.Sandboxes.FinishAsync(sandbox)).Output.ShouldBe("");
        await sandbox.CollectAsync(Cancellation);
        Containers.Listed(plan.Id).ShouldBeEmpty();
    }

    [Fact]
    public async Task It_pauses_goes_on_and_dies_with_all_it_started()
    {
        Containers.Need();
        var plan = Containers.Shell("(trap '' TERM; exec setsid sleep 1000) & while read -r line; do echo $line; done");
        await using var sandbox = await Containers.StartAsync(plan);
        using var output = new StreamReader(sandbox.Output, leaveOpen: true);
        await sandbox.Input.WriteAsync("one\n"u8.ToArray(), Cancellation);
        (await output.ReadLineAsync(Cancellation)).ShouldBe("one");

        (await sandbox.PauseAsync(Cancellation)).ShouldNotBe(PauseTier.None);
        await sandbox.Input.WriteAsync("two\n"u8.ToArray(), Cancellation);
        var second = output.ReadLineAsync(Cancellation).AsTask();
        second.IsCompleted.ShouldBeFalse();
        await sandbox.ResumeAsync(Cancellation);
        (await second).ShouldBe("two");

        await sandbox.PauseAsync(Cancellation);
        var report = await sandbox.KillAsync(Cancellation);

        report.VerifiedEmpty.ShouldBeTrue();
        report.Evidence.ShouldNotBeEmpty();
        (await sandbox.Exited).Killed.ShouldBeTrue();
    }

    [Fact]
    public async Task Containers_in_a_row_leave_nothing_on_the_host()
    {
        await Containers.RunAsync("true"); // what is made once per process is there now
        var plans = Enumerable.Range(0, 5).Select(static _ => Containers.Shell("sleep 1000 & exit 0")).ToList();
        var ids = plans.ConvertAll(static plan => plan.Id.ToString());
        var before = Bubblewrap.HostHoldings.Read(ids);

        foreach (var plan in plans)
        {
            (await Containers.RunAsync(plan)).Code.ShouldBe(0);
            Containers.Listed(plan.Id).ShouldBeEmpty();
        }

        Bubblewrap.HostHoldings.Read(ids).Except(before).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_container_ends_with_the_daemon_that_held_it()
    {
        Containers.Need();
        var plan = Containers.Shell("trap '' TERM HUP; sleep 1000");
        await using var sandbox = await Containers.StartAsync(plan);

        ((OciLaunch)((LaunchedSandbox)sandbox).LaunchedBy!).LetGo();

        var exit = await sandbox.Exited.WaitAsync(EndsWithin, Cancellation);
        exit.Code.ShouldBe(124); // the helper's word for a daemon that is gone
    }

    [Fact]
    public async Task What_a_killed_daemon_left_is_cleared_by_the_next()
    {
        Containers.Need();
        using var directory = new Bubblewrap.TemporaryDirectory();
        var session = SessionId.New();
        Containers.Run("podman", "create", "--name", $"bartizan-{session}", Containers.Image, "/bin/true");
        var users = Directory.CreateDirectory(Path.Combine(directory.Path, "container-users")).FullName;
        await File.WriteAllTextAsync(Path.Combine(users, "280003"), session.ToString(), Cancellation); // nobody holds its lock

        new OciBackend(new OciOptions { RuntimeDirectory = directory.Path }, TimeProvider.System).Probe();

        Containers.Listed(session).ShouldBeEmpty();
        Directory.EnumerateFiles(users).ShouldBeEmpty();
    }

    [Fact]
    public async Task One_that_was_paused_when_its_daemon_was_killed_is_thawed_and_cleared_as_the_next_starts()
    {
        Containers.Need();
        using var directory = new Bubblewrap.TemporaryDirectory();
        var plan = Containers.Shell("trap '' TERM HUP; sleep 1000");
        await using var sandbox = await Containers.StartAsync(plan);
        await sandbox.PauseAsync(Cancellation);
        ((OciLaunch)((LaunchedSandbox)sandbox).LaunchedBy!).LetGo();
        sandbox.Exited.IsCompleted.ShouldBeFalse();
        var users = Directory.CreateDirectory(Path.Combine(directory.Path, "container-users")).FullName;
        await File.WriteAllTextAsync(Path.Combine(users, "280003"), plan.Id.ToString(), Cancellation);

        OciBackend.Sweeping(new OciOptions { RuntimeDirectory = directory.Path }, TimeProvider.System);

        await sandbox.Exited.WaitAsync(EndsWithin, Cancellation);
        while (Directory.EnumerateFiles(users).Any())
        {
            await Task.Delay(10, Cancellation);
        }

        Containers.Listed(plan.Id).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_the_host_s_configuration_adds_to_containers_is_not_added_to_an_agent_s()
    {
        Containers.Need();
        const string Folder = "/etc/containers/containers.conf.d";
        var (made, file) = (!Directory.Exists(Folder), Path.Combine(Folder, "bartizan-test.conf"));
        Directory.CreateDirectory(Folder);
        await File.WriteAllTextAsync(file, "[containers]\nvolumes = [\"/etc:/mnt:ro\"]\n", Cancellation);
        try
        {
            var ran = await Containers.RunAsync("ls /mnt 2>&1 | head -3; echo said");
            ran.Output.ShouldEndWith("said\n");
            ran.Output.ShouldNotContain("adduser");
            var outside = Containers.Run(
                "podman",
                "create",
                "--name",
                $"bartizan-conf-{Guid.NewGuid():N}",
                Containers.Image,
                "/bin/true"
            );
            Containers
                .Run("podman", "inspect", "--format", "{{.HostConfig.Binds}}", outside)
                .ShouldContain("/etc:/mnt");
            Containers.Run("podman", "rm", "--force", outside);
        }
        finally
        {
            File.Delete(file);
            if (made)
            {
                Directory.Delete(Folder);
            }
        }
    }

    [Fact]
    public async Task Links_of_an_image_lead_nowhere_on_the_host()
    {
        Containers.Need();
        using var host = new Bubblewrap.TemporaryDirectory();
        using var layer = new Bubblewrap.TemporaryDirectory();
        foreach (var link in (string[])["workspace", "home", "etc", "run", "opt"])
        {
            File.CreateSymbolicLink(Path.Combine(layer.Path, link), host.Path);
        }

        File.CreateSymbolicLink(Path.Combine(layer.Path, "proc"), "../../../../../.." + host.Path);
        var image = Containers.ImageOf(layer.Path);
        var plan = Containers.Plan("/bin/true") with
        {
            Image = image,
            Mounts = [Mount.File("/opt/planted", "x"u8.ToArray()), Mount.Symlink("/srv/x", "/opt")],
        };

        // Whether it starts is the runtime's to say; what lies on the host is as it was.
        await Should.ThrowAsync<SandboxUnavailableException>(() => Containers.StartAsync(plan));

        Directory.EnumerateFileSystemEntries(host.Path).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("tmp", "/sys")]
    [InlineData("tmp", "proc")]
    [InlineData("home", "workspace")]
    [InlineData("etc", "opt")]
    [InlineData("workspace", "usr")]
    public async Task A_link_of_an_image_in_the_place_of_a_directory_ends_the_launch(string link, string target)
    {
        Containers.Need();
        using var layer = new Bubblewrap.TemporaryDirectory();
        Directory.CreateDirectory(Path.Combine(layer.Path, target.TrimStart('/')));
        File.CreateSymbolicLink(Path.Combine(layer.Path, link), target);
        var plan = Containers.Plan("/bin/true") with { Image = Containers.ImageOf(layer.Path) };

        var refused = await Should.ThrowAsync<SandboxUnavailableException>(() => Containers.StartAsync(plan));

        refused.Message.ShouldContain(link);
    }

    [Fact]
    public async Task A_link_of_an_image_in_the_place_of_one_of_our_files_leads_nowhere()
    {
        Containers.Need();
        using var host = new Bubblewrap.TemporaryDirectory();
        using var layer = new Bubblewrap.TemporaryDirectory();
        var inside = string.Join('/', "proc", "self", "root", "bin");
        var secret = Path.Combine(host.Path, "secret");
        File.WriteAllText(secret, "of the host");
        File.SetUnixFileMode(host.Path, (UnixFileMode)0b111_101_101);
        foreach (var folder in (string[])["etc", inside, "bin", host.Path[1..]])
        {
            Directory.CreateDirectory(Path.Combine(layer.Path, folder));
        }

        // A placeholder where the link leads while the root is made; another file where it would lead later.
        File.WriteAllText(Path.Combine(layer.Path, secret[1..]), "");
        File.WriteAllText(Path.Combine(layer.Path, inside, "evil"), "");
        File.CreateSymbolicLink(Path.Combine(layer.Path, "etc/resolv.conf"), secret);
        File.CreateSymbolicLink(Path.Combine(layer.Path, "etc/hostname"), secret);
        File.CreateSymbolicLink(Path.Combine(layer.Path, SandboxPaths.Helper[1..]), $"/{inside}/evil");
        File.Copy("/bin/busybox", Path.Combine(layer.Path, "bin/evil"));
        File.Copy("/bin/busybox", Path.Combine(layer.Path, "bin/busybox"));
        var plan = Containers.Plan(
            "/bin/busybox",
            "sh",
            "-c",
            $"busybox cat /etc/resolv.conf /etc/hostname {secret}; busybox readlink /etc/resolv.conf; busybox grep Seccomp: /proc/1/status"
        ) with
        {
            Image = Containers.ImageOf(layer.Path),
        };

        var ran = await Containers.RunAsync(plan);

        ran.Output.ShouldNotContain("of the host");
        ran.Output.ShouldContain("Seccomp:\t2");
    }

    [Fact]
    public async Task The_receipt_names_the_image_and_the_engine()
    {
        Containers.Need();
        await using var sandbox = await Containers.StartAsync(Containers.Plan("/bin/true"));

        sandbox.Receipt.Backend.ShouldBe("oci");
        sandbox.Receipt.HostUser.ShouldBeGreaterThan(0);
        var json = Encoding.UTF8.GetString(sandbox.Receipt.ToJson());
        json.ShouldContain(Containers.Image);
        json.ShouldContain("podman");
        json.ShouldContain("lifeline");
    }

    [Fact]
    public async Task A_terminal_has_a_name_and_a_size()
    {
        Containers.Need();
        await using var sandbox = await Containers.StartAsync(
            Containers.Shell("tty; stty size") with
            {
                Terminal = new TerminalSize(100, 30),
            }
        );

        var ran = await Bubblewrap.Sandboxes.FinishAsync(sandbox);
        ran.Output.ShouldBe("/dev/pts/0\r\n30 100\r\n");
    }

    [Theory]
    [InlineData("localhost/bartizan-test-debian")]
    [InlineData("localhost/bartizan-test-debian:latest")]
    [InlineData("localhost/bartizan-test-debian@sha256:0")]
    public async Task An_image_that_is_not_pinned_is_refused(string image)
    {
        Containers.Need();
        var plan = Containers.Plan("/bin/true") with { Image = image };

        await Should.ThrowAsync<SandboxUnavailableException>(async () =>
            await Containers.Backend.PrepareAsync(plan, Cancellation)
        );
    }

    [Fact]
    public async Task An_image_that_is_not_there_is_named_with_what_to_do()
    {
        Containers.Need();
        var image = "localhost/nothing@sha256:" + new string('0', 64);

        var failure = await Should.ThrowAsync<SandboxUnavailableException>(async () =>
            await Containers.Backend.PrepareAsync(Containers.Plan("/bin/true") with { Image = image }, Cancellation)
        );

        failure.Message.ShouldBe(
            $"The image `{image}` is not in this host's store: get it with `podman pull {image}`."
        );
    }

    [Fact]
    public async Task A_program_that_the_image_lacks_is_named()
    {
        Containers.Need();
        var failure = await Should.ThrowAsync<SandboxUnavailableException>(() =>
            Containers.StartAsync(Containers.Plan("/opt/nothing"))
        );

        failure.Message.ShouldBe(
            "`/opt/nothing` can't be started in the sandbox: exec the agent: No such file or directory."
        );
    }
}
