using System.Net;
using System.Net.Sockets;
using Bartizan.Sandbox.Launches;
using Bartizan.Sandbox.Native;
using Bartizan.Sandbox.Tests.Bubblewrap;

namespace Bartizan.Sandbox.Tests.Dialing.Attacks;

/// <summary>The agent turns on whoever dials it, and the dialer is looked at from both sides.</summary>
public sealed class DialedAgentTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("listen_on(9000, 64)")]
    [InlineData("listen_on(9000, 64); listen_six(9001)")]
    public async Task A_port_that_is_not_served_is_not_dialed_whoever_listens_there(string listen)
    {
        await using var sandbox = await Served.StartAsync(
            $"{listen}; vec($r, fileno(L), 1) = 1; <STDIN>; print select($r, undef, undef, 0) ? \"dialed\\n\" : \"silent\\n\""
        );

        foreach (var port in (int[])[9000, 9001, 8080, 3128, 0, -1, 70000])
        {
            (await Served.FailureAsync(sandbox, port)).ShouldBe(DialFailure.NotServed);
        }

        await sandbox.Input.WriteAsync("look\n"u8.ToArray(), Cancellation);
        (await Sandboxes.FinishAsync(sandbox)).Lines[^1].ShouldBe("silent");
    }

    [Fact]
    public async Task A_dial_never_reaches_the_hosts_own_loopback()
    {
        using var canary = new TcpListener(IPAddress.Loopback, 0);
        canary.Start();
        var port = ((IPEndPoint)canary.LocalEndpoint).Port;
        await using var sandbox = await Served.StartAsync("print \"up\\n\"; sleep 1000", port);

        (await Served.FailureAsync(sandbox, port)).ShouldBe(DialFailure.NobodyListens);

        canary.Pending().ShouldBeFalse();
    }

    [Fact]
    public async Task Another_listener_of_the_agents_own_is_still_the_agent()
    {
        await using var sandbox = await Served.StartAsync(
            $"listen_on({Served.Port}, 64); accept(C, L); close L; close C; listen_on({Served.Port}, 64); answer('new')"
        );
        (await Served.DialAsync(sandbox)).Dispose();
        (await Served.LineAsync(sandbox.Output)).ShouldBe("up");

        (await Served.AskAsync(sandbox, "hello")).ShouldBe("new hello\n");
    }

    [Fact]
    public async Task A_signal_to_everybody_reaches_no_dialer()
    {
        await using var sandbox = await Served.StartAsync(
            $"kill 9, -1; kill 9, $_ for grep {{ $_ != $$ }} 2..65536; listen_on({Served.Port}, 64); answer('alone')"
        );

        (await Served.AskAsync(sandbox, "hello")).ShouldBe("alone hello\n");
    }

    [Fact]
    public async Task The_agent_sees_nothing_of_what_dials_it()
    {
        const string look =
            "opendir(P, '/proc'); for my $p (sort grep { /^\\d+$/ } readdir P) { open(F, \"/proc/$p/comm\"); print 'process ', <F>;"
            + " opendir(D, \"/proc/$p/fd\"); print 'descriptor ', readlink(\"/proc/$p/fd/$_\") =~ /^(\\w+)/, \"\\n\" for readdir D }"
            + " open(U, '/proc/net/unix'); print 'unix ', scalar(() = <U>), \"\\n\"; opendir(S, '/proc/self/ns'); ";
        await using var served = await Served.StartAsync("print \"up\\n\"; <STDIN>; " + look);
        await using var other = await Sandboxes.StartAsync(
            Served.Plan("print \"up\\n\"; <STDIN>; " + look) with
            {
                Served = [],
            }
        );
        (await Served.LineAsync(other.Output)).ShouldBe("up");
        (await Served.FailureAsync(served)).ShouldBe(DialFailure.NobodyListens);
        List<string> seen = [];
        foreach (var sandbox in (ISandbox[])[served, other])
        {
            await sandbox.Input.WriteAsync("look\n"u8.ToArray(), Cancellation);
            seen.Add((await Sandboxes.FinishAsync(sandbox)).Output);
        }

        seen[0].ShouldContain("process perl");
        seen[0].ShouldContain("unix ");
        seen[0].ShouldBe(seen[1]);
    }

    [Fact]
    public async Task What_makes_sockets_has_no_power_one_descriptor_and_only_the_network_of_the_sandbox()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may look at it");
        await using var sandbox = await Served.StartAsync($"listen_on({Served.Port}, 64); answer('served')");
        (await Served.AskAsync(sandbox, "hello")).ShouldBe("served hello\n");
        var helper = $"/proc/{((LaunchedSandbox)sandbox).DialedBy}";

        var status = File.ReadAllLines(helper + "/status")
            .Select(static line => line.Split(":\t"))
            .ToLookup(l => l[0], l => l[1]);
        foreach (var set in (string[])["CapInh", "CapPrm", "CapEff", "CapAmb"])
        {
            status[set].Single().ShouldBe("0000000000000000");
        }

        status["NoNewPrivs"].Single().ShouldBe("1");
        status["Seccomp"].Single().ShouldBe("2");
        Directory.EnumerateFileSystemEntries(helper + "/fd").Select(Path.GetFileName).ShouldBe(["3"]);
        File.ReadAllText(helper + "/cgroup").ShouldNotContain(sandbox.Id.ToString());
        Namespace(helper, "net").ShouldNotBe(Namespace("/proc/self", "net"));
        foreach (var name in (string[])["pid", "mnt", "ipc", "uts", "cgroup"])
        {
            Namespace(helper, name).ShouldBe(Namespace("/proc/self", name));
        }
    }

    [Fact]
    public async Task Without_what_makes_sockets_no_dial_succeeds_or_waits()
    {
        await using var sandbox = await Served.StartAsync($"listen_on({Served.Port}, 64); answer('served')");
        using var before = await Served.DialAsync(sandbox);
        using var helper = ChildProcess.OpenPidfd(((LaunchedSandbox)sandbox).DialedBy);
        ChildProcess.Signal(helper, Libc.SIGKILL).ShouldBeTrue();
        await Readiness.ReadableAsync(helper, Cancellation);

        (await Served.FailureAsync(sandbox)).ShouldBe(DialFailure.Ended);
        (await Served.FailureAsync(sandbox)).ShouldBe(DialFailure.Ended);
    }

    [Fact]
    public async Task An_agent_that_ends_while_it_is_dialed_leaves_no_dial_waiting()
    {
        var sandbox = await Served.StartAsync($"listen_on({Served.Port}, 0); <STDIN>");
        await using var _ = sandbox;
        var dials = Enumerable.Range(0, 16).Select(_ => Served.DialAsync(sandbox)).ToList();
        await Task.WhenAny(dials);

        await sandbox.Input.WriteAsync("end\n"u8.ToArray(), Cancellation);
        await sandbox.Exited;

        (await EndsAsync(dials)).ShouldBeSubsetOf([
            "connected",
            nameof(DialFailure.NobodyListens),
            nameof(DialFailure.Ended),
        ]);
        (await Served.FailureAsync(sandbox)).ShouldBe(DialFailure.Ended);
    }

    [Fact]
    public async Task A_kill_ends_the_dials_under_way_and_closes_what_is_connected()
    {
        await using var sandbox = await Served.StartAsync($"listen_on({Served.Port}, 0); sleep 1000");
        using var connected = await Served.DialAsync(sandbox);
        var waiting = Enumerable.Range(0, 16).Select(_ => Served.DialAsync(sandbox)).ToList();

        (await sandbox.KillAsync(Cancellation)).VerifiedEmpty.ShouldBeTrue();

        (await EndsAsync(waiting)).ShouldContain(nameof(DialFailure.Ended));
        Should.Throw<ObjectDisposedException>(() => connected.Send([1]));
        (await Served.FailureAsync(sandbox)).ShouldBe(DialFailure.Ended);
    }

    // In the range that the kernel takes ports from; where it is the only one left, who dials it is given it, too.
    [Theory]
    [InlineData("$port == 40000", DialFailure.NobodyListens)]
    [InlineData("0", DialFailure.Unreachable)]
    public async Task An_agent_that_takes_every_port_is_dialed_by_nobody_and_nobody_is_connected_to_itself(
        string left,
        DialFailure failure
    )
    {
        await using var sandbox = await Served.StartAsync(
            $$"""
            open(R, '/proc/sys/net/ipv4/ip_local_port_range'); my ($low, $high) = split ' ', <R>; my $part = 3500;
            for (my $from = $low; $from <= $high; $from += $part) {
                pipe(DONE, TELL);
                next if fork && readline(DONE);
                for my $port ($from .. $from + $part - 1) { next if $port > $high || {{left}};
                    socket(my $s, AF_INET, SOCK_STREAM, 0) or die $!; bind($s, sockaddr_in($port, INADDR_ANY)) or die $!; push @held, $s }
                syswrite TELL, "done\n"; sleep 1000;
            }
            print "up\n"; sleep 1000;
            """,
            40_000
        );

        (await Served.FailureAsync(sandbox, 40_000)).ShouldBe(failure);
    }

    private static string? Namespace(string process, string name) => new FileInfo($"{process}/ns/{name}").LinkTarget;

    private static async Task<List<string>> EndsAsync(IEnumerable<Task<Socket>> dials)
    {
        List<string> ends = [];
        foreach (var dial in dials)
        {
            try
            {
                (await dial).Dispose();
                ends.Add("connected");
            }
            catch (DialException failed)
            {
                ends.Add(failed.Failure.ToString());
            }
        }

        return ends;
    }
}
