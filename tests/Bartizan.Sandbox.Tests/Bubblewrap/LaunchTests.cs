using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bartizan.Sandbox.Tests.Bubblewrap;

/// <summary>A real launch, and what the program finds when it runs.</summary>
public sealed class LaunchTests
{
    [Fact]
    public async Task A_program_runs_and_its_output_and_exit_code_come_back()
    {
        var ran = await Sandboxes.RunAsync("echo out; echo err >&2; exit 7");

        ran.Error.ShouldBe("err\n");
        ran.Output.ShouldBe("out\n");
        ran.Code.ShouldBe(7);
    }

    [Fact]
    public async Task It_is_nobody_special_without_capabilities_and_under_every_layer()
    {
        var ran = await Sandboxes.RunAsync(
            "id -u; id -un; pwd; echo $HOME; grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status; ls /proc/self/fd | wc -l"
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
        ]);
    }

    [Fact]
    public async Task Its_variables_are_the_plans_and_nothing_of_the_daemons()
    {
        Environment.SetEnvironmentVariable("BARTIZAN_TEST_CANARY", "host-only");
        var plan = Sandboxes.Shell("env; cat /proc/1/environ 2>&1; tr '\\0' ' ' </proc/1/cmdline");

        var ran = await Sandboxes.RunAsync(plan with { Variables = plan.Variables.Add("GIVEN", "yes") });

        ran.Output.ShouldContain("GIVEN=yes");
        ran.Output.ShouldContain("/proc/1/environ: Permission denied");
        ran.Output.ShouldNotContain("host-only");
        ran.Output.ShouldNotContain(AppContext.BaseDirectory);
    }

    [Fact]
    public async Task The_workspace_is_the_agents_own_and_the_host_keeps_its_owner()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(Path.Combine(directory.Path, "given"), "before");
        var plan = Sandboxes.Shell("cat given; echo after > given; mkdir made; stat -c %u given made") with
        {
            Mounts = Sandboxes.Workspace(directory.Path),
        };

        var ran = await Sandboxes.RunAsync(plan);

        ran.Error.ShouldBe("");
        ran.Output.ShouldBe("before10000\n10000\n");
        File.ReadAllText(Path.Combine(directory.Path, "given")).ShouldBe("after\n");
        Directory.Delete(Path.Combine(directory.Path, "made"));
    }

    [Fact]
    public async Task What_the_plan_adds_is_there_and_can_not_be_changed()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(Path.Combine(directory.Path, "file"), "host");
        var plan = Sandboxes.Shell(
            "cat /opt/tool/file ~/.config/x; readlink /srv/project; "
                + "(echo a > /opt/tool/file) 2>/dev/null || echo kept; (echo a > ~/.config/x) 2>/dev/null || echo kept; "
                + "rm -f ~/.config/x 2>/dev/null || echo kept; touch ~/own /tmp/own /dev/shm/own && echo made"
        );

        var ran = await Sandboxes.RunAsync(
            plan with
            {
                Mounts =
                [
                    Mount.ReadOnly(directory.Path, "/opt/tool", "tool", ownedByAgent: true),
                    Mount.File("/home/agent/.config/x", Encoding.UTF8.GetBytes("given\n"), "settings"),
                    Mount.Symlink("/srv/project", "/workspace"),
                    Mount.Tmpfs("/home/agent", 1 << 20),
                ],
            }
        );

        ran.Error.ShouldBe("");
        ran.Output.ShouldBe("hostgiven\n/workspace\nkept\nkept\nkept\nmade\n");
    }

    [Fact]
    public async Task A_connection_inside_arrives_at_the_listener_outside()
    {
        await using var sandbox = await Sandboxes.StartAsync(
            Sandboxes.Shell("exec 3<>/dev/tcp/127.0.0.1/8080; echo hello >&3; cat <&3")
        );

        using (var accepted = await sandbox.Listeners.ModelGateway.AcceptAsync(TestContext.Current.CancellationToken))
        {
            var buffer = new byte[16];
            var count = await accepted.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
            Encoding.UTF8.GetString(buffer, 0, count).ShouldBe("hello\n");
            await accepted.SendAsync("answer\n"u8.ToArray(), TestContext.Current.CancellationToken);
            accepted.Shutdown(SocketShutdown.Both);
        }

        (await Sandboxes.FinishAsync(sandbox)).Output.ShouldBe("answer\n");
    }

    [Fact]
    public async Task A_datagram_to_the_resolver_arrives_with_its_sender()
    {
        await using var sandbox = await Sandboxes.StartAsync(
            Sandboxes.Shell("exec 3<>/dev/udp/127.0.0.1/53; echo question >&3; head -c 9 <&3")
        );

        var buffer = new byte[64];
        var received = await sandbox.Listeners.Dns.ReceiveFromAsync(
            buffer,
            new IPEndPoint(IPAddress.Any, 0),
            TestContext.Current.CancellationToken
        );
        await sandbox.Listeners.Dns.SendToAsync(
            "response\n"u8.ToArray(),
            received.RemoteEndPoint,
            TestContext.Current.CancellationToken
        );

        (await Sandboxes.FinishAsync(sandbox)).Output.ShouldBe("response\n");
    }

    [Fact]
    public async Task Input_is_read_as_it_is_written()
    {
        await using var sandbox = await Sandboxes.StartAsync(Sandboxes.Plan("/usr/bin/cat"));
        var large = new byte[300_000]; // more than a pipe holds
        Array.Fill(large, (byte)'x');

        var writing = WriteAsync();
        var ran = await Sandboxes.FinishAsync(sandbox);
        await writing;

        ran.Output.Length.ShouldBe(large.Length);

        async Task WriteAsync()
        {
            await sandbox.Input.WriteAsync(large, TestContext.Current.CancellationToken);
            await sandbox.Input.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_terminal_has_a_name_a_size_and_an_end()
    {
        await using var sandbox = await Sandboxes.StartAsync(
            Sandboxes.Shell("tty; stty size; read -r line; echo got $line; stty size") with
            {
                Terminal = new TerminalSize(100, 30),
            }
        );

        sandbox.Resize(new TerminalSize(120, 40));
        await sandbox.Input.WriteAsync("typed\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var ran = await Sandboxes.FinishAsync(sandbox);

        ran.Output.ShouldContain("/dev/pts/0\r\n");
        ran.Output.ShouldContain("got typed\r\n40 120\r\n");
        ran.Code.ShouldBe(0);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_named()
    {
        var failure = await Should.ThrowAsync<SandboxUnavailableException>(() =>
            Sandboxes.StartAsync(Sandboxes.Plan("/opt/nothing"))
        );

        failure.Message.ShouldBe(
            "`/opt/nothing` can't be started in the sandbox: exec the agent: No such file or directory."
        );
    }

    [Fact]
    public async Task A_second_sandbox_for_a_live_session_is_refused()
    {
        var plan = Sandboxes.Plan("/usr/bin/sleep", "1000");
        await using var first = await Sandboxes.StartAsync(plan);

        var failure = await Should.ThrowAsync<SandboxUnavailableException>(() => Sandboxes.StartAsync(plan));

        failure.Message.ShouldBe($"Session `{plan.Id}` has a sandbox already.");
    }

    [Fact]
    public async Task The_receipt_names_the_layers_and_is_json()
    {
        await using var sandbox = await Sandboxes.StartAsync(Sandboxes.Plan("/usr/bin/true"));

        sandbox.Receipt.HostUser.ShouldNotBe(0);
        var json = Encoding.UTF8.GetString(sandbox.Receipt.ToJson());
        json.ShouldContain($"\"session\":\"{sandbox.Id}\"");
        json.ShouldContain("\"namespaces\"");
    }
}
