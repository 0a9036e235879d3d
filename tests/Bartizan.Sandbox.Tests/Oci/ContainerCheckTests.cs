using System.Collections.Immutable;
using Bartizan.Sandbox.Oci;

namespace Bartizan.Sandbox.Tests.Oci;

/// <summary>What a container must be before the go, without one: each thing that is wrong is told, and the rest passes.</summary>
public sealed class ContainerCheckTests
{
    private const string Root = "93 68 0:39 / / ro,relatime - overlay overlay rw,lowerdir=/a";
    private const string Proc = "94 93 0:42 / /proc rw,nosuid - proc proc rw";
    private const string Dev = "95 93 0:43 / /dev rw,nosuid - tmpfs tmpfs rw";
    private const string Sys = "96 93 0:44 / /sys ro,nosuid - sysfs sysfs ro";
    private const string Null = "97 95 0:6 /null /dev/null rw - devtmpfs devtmpfs rw";
    private const string Tmp = "98 93 0:50 / /tmp rw,nosuid - tmpfs tmpfs rw";
    private const string Workspace = "99 93 254:0 /home/x /workspace rw - ext4 /dev/vda rw";
    private const string Tool = "100 93 254:0 /opt/tool /opt/a\\040tool ro - ext4 /dev/vda rw";

    private static readonly NodeNumber _there = new(1, 2);

    private static readonly ContainerCheck _check = new(
        new HostIds(280_100, 312_868),
        ImmutableDictionary<string, PlannedMount>
            .Empty.Add("/tmp", PlannedMount.Memory(isWritable: true))
            .Add("/workspace", new PlannedMount(true, Node: _there))
            .Add("/opt/a tool", new PlannedMount(false))
    );

    private static readonly ProcessFacts _init = new()
    {
        Status = ProcessFacts.StatusOf([
            "Name:\tbartizan-helper",
            "Pid:\t500",
            "PPid:\t400",
            "Uid:\t280100\t280100\t280100\t280100",
            "Gid:\t280100\t280100\t280100\t280100",
            "Groups:\t280100 ",
            "NSpid:\t500\t1",
            "CapInh:\t0000000000000000",
            "CapPrm:\t0000000000000000",
            "CapEff:\t0000000000000000",
            "CapBnd:\t0000000000000000",
            "CapAmb:\t0000000000000000",
            "NoNewPrivs:\t1",
            "Seccomp:\t2",
            "Seccomp_filters:\t1",
        ]),
        IsHelper = true,
        Users = ["0 312868 1", "10000 280100 1"],
        Groups = ["0 312868 1", "10000 280100 1"],
        Namespaces = ["user", "mnt", "pid", "net", "ipc", "uts", "cgroup"],
    };

    private static readonly ProcessFacts _agent = _init with
    {
        Status = _init
            .Status.SetItem("Pid", "501")
            .SetItem("PPid", "500")
            .SetItem("NSpid", "501 2")
            .SetItem("Seccomp", "0")
            .SetItem("Seccomp_filters", "0"),
    };

    private static readonly ContainerFacts _facts = new(
        _agent,
        _init,
        Mounts(Root, Proc, Dev, Sys, Null, Tmp, Workspace, Tool),
        ["lo"],
        ImmutableDictionary<string, NodeNumber>.Empty.Add("/workspace", _there)
    );

    [Fact]
    public void One_that_is_what_was_asked_for_passes() => _check.Problem(_facts).ShouldBeNull();

    [Theory]
    [InlineData("Uid", "280100 0 280100 280100", "host user")]
    [InlineData("Gid", "0 0 0 0", "host user")]
    [InlineData("Uid", "", "host user")]
    [InlineData("Groups", "280100 312868", "groups of the host")]
    [InlineData("CapBnd", "00000000a80425fb", "`CapBnd`")]
    [InlineData("CapEff", "0000000000000001", "`CapEff`")]
    [InlineData("CapAmb", "", "`CapAmb`")]
    [InlineData("NoNewPrivs", "0", "`no_new_privs`")]
    [InlineData("NSpid", "501", "PID namespace")]
    public void A_process_that_has_more_is_told(string line, string value, string told)
    {
        var changed = _agent with { Status = _agent.Status.SetItem(line, value) };
        var init = _init with { Status = _init.Status.SetItem(line, value) };

        _check.Problem(_facts with { Agent = changed }).ShouldNotBeNull().ShouldContain(told);
        _check.Problem(_facts with { Init = init }).ShouldNotBeNull().ShouldContain(told);
    }

    [Theory]
    [InlineData("0 312868 1", "10000 280100 2")]
    [InlineData("0 0 1", "10000 280100 1")]
    [InlineData("0 312868 1", "10000 280100 1", "20000 500000 9")]
    [InlineData("10000 280100 1")]
    [InlineData]
    public void Another_map_of_users_is_told(params string[] map)
    {
        _check
            .Problem(_facts with { Agent = _agent with { Users = [.. map] } })
            .ShouldNotBeNull()
            .ShouldContain("users");
        _check
            .Problem(_facts with { Init = _init with { Groups = [.. map] } })
            .ShouldNotBeNull()
            .ShouldContain("users");
    }

    [Theory]
    [InlineData("user")]
    [InlineData("mnt")]
    [InlineData("pid")]
    [InlineData("net")]
    [InlineData("ipc")]
    [InlineData("uts")]
    [InlineData("cgroup")]
    public void A_namespace_that_is_the_hosts_is_told(string name)
    {
        var shared = _agent.Namespaces.Remove(name);

        _check
            .Problem(_facts with { Agent = _agent with { Namespaces = shared } })
            .ShouldNotBeNull()
            .ShouldContain(name);
        _check.Problem(_facts with { Init = _init with { Namespaces = shared } }).ShouldNotBeNull().ShouldContain(name);
    }

    [Fact]
    public void Another_program_another_parent_and_a_missing_filter_are_told()
    {
        _check.Problem(_facts with { Agent = _agent with { IsHelper = false } })!.ShouldContain("another program");
        _check.Problem(_facts with { Init = _init with { IsHelper = false } })!.ShouldContain("another program");
        foreach (var (line, value) in new[] { ("Seccomp", "0"), ("Seccomp", "1"), ("Seccomp_filters", "0") })
        {
            _check
                .Problem(_facts with { Init = _init with { Status = _init.Status.SetItem(line, value) } })!
                .ShouldContain("seccomp");
        }

        _check
            .Problem(_facts with { Agent = _agent with { Status = _agent.Status.SetItem("PPid", "1") } })!
            .ShouldContain("child of the first");
        _check
            .Problem(_facts with { Init = _init with { Status = _init.Status.SetItem("NSpid", "9 500 1") } })!
            .ShouldContain("PID namespace");
    }

    [Theory]
    [InlineData("lo", "eth0")]
    [InlineData("eth0")]
    [InlineData]
    public void A_network_that_is_more_than_loopback_is_told(params string[] interfaces) =>
        _check.Problem(_facts with { Interfaces = [.. interfaces] })!.ShouldContain("loopback");

    [Theory]
    [InlineData("101 93 254:0 /etc /mnt ro - ext4 /dev/vda rw", "`/mnt`")]
    [InlineData("101 93 254:0 /etc /tmp/x ro - ext4 /dev/vda rw", "`/tmp/x`")]
    [InlineData("101 93 254:0 /etc /tmp rw - ext4 /dev/vda rw", "`/tmp`")]
    [InlineData("101 93 254:0 /etc /opt/a\\040tool rw - ext4 /dev/vda rw", "can be written to")]
    [InlineData("101 93 0:44 / /sys rw - sysfs sysfs rw", "can be written to")]
    [InlineData("101 93 0:44 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw", "can be written to")]
    [InlineData("101 95 0:6 /vda /dev/vda rw - devtmpfs devtmpfs rw", "`/dev/vda`")]
    [InlineData("101 95 254:0 / /dev/x rw - ext4 /dev/vda rw", "`/dev/x`")]
    [InlineData("101 95 0:7 / /sys/kernel/debug ro - debugfs debugfs rw", "`/sys/kernel/debug`")]
    [InlineData("101 93 0:39 / / rw - overlay overlay rw", "root")]
    [InlineData("101 93 254:0 / / ro - ext4 /dev/vda rw", "root")]
    [InlineData("no mount at all", "can't be read")]
    public void A_mount_that_is_not_planned_is_told(string line, string told) =>
        _check.Problem(_facts with { Mounts = _facts.Mounts.Add(MountFact.Parse(line)) })!.ShouldContain(told);

    [Fact]
    public void A_mount_that_is_missing_or_shows_something_else_is_told()
    {
        _check
            .Problem(_facts with { Mounts = Mounts(Root, Proc, Dev, Sys, Workspace, Tool) })!
            .ShouldContain("nothing is mounted at `/tmp`");
        _check.Problem(_facts with { Mounts = Mounts(Tmp, Workspace, Tool) })!.ShouldContain("no root");
        _check
            .Problem(_facts with { Shown = _facts.Shown.SetItem("/workspace", new NodeNumber(1, 3)) })!
            .ShouldContain("`/workspace` isn't what the plan shows there");
        _check
            .Problem(_facts with { Shown = ImmutableDictionary<string, NodeNumber>.Empty })!
            .ShouldContain("`/workspace`");
    }

    private static ImmutableArray<MountFact?> Mounts(params string[] lines) => [.. lines.Select(MountFact.Parse)];
}
