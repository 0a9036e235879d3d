using System.Buffers.Binary;
using Bartizan.Core.Manifests;
using Bartizan.Sandbox.Bubblewrap;
using Bartizan.Sandbox.SelfTest;
using Bartizan.Sandbox.Tests.Bubblewrap;

namespace Bartizan.Sandbox.Tests.SelfTest;

/// <summary>
/// Negative controls: with each layer taken away in turn the self-test must fail and name it. A self-test that can't fail
/// proves nothing.
/// </summary>
public sealed class WeakenedTests
{
    private static readonly EscapeTestOptions Options = new();

    [Fact]
    public async Task Without_seccomp_it_fails_and_names_it()
    {
        // BPF_RET | BPF_K, SECCOMP_RET_ALLOW: a filter is there and stops nothing.
        var allow = new byte[8];
        BinaryPrimitives.WriteUInt16LittleEndian(allow, 0x06);
        BinaryPrimitives.WriteUInt32LittleEndian(allow.AsSpan(4), 0x7fff_0000);
        await FailsAsync("seccomp", specs => specs.Filter = allow, "sys.io_uring_setup", "sys.bpf", "net.af_netlink");
    }

    [Fact]
    public async Task Without_landlock_rules_it_fails_and_names_it() =>
        await FailsAsync(
            "Landlock",
            specs =>
            {
                LaunchSpecs.Remove(specs.Shim, "landlock", following: 2);
                specs.Shim.InsertRange(0, ["landlock", "rlxwd", "/"]);
            },
            "layer.landlock"
        );

    [Fact]
    public async Task With_the_hosts_files_in_view_it_fails_and_names_it() =>
        await FailsAsync(
            "mount view",
            specs =>
            {
                Show(specs, "--ro-bind", "/var/tmp");
                specs.Shim.InsertRange(0, ["landlock", "rlx", "/var/tmp"]);
            },
            "fs.read_host_ssh_key",
            "fs.read_host_root_file",
            "net.unix_path_host"
        );

    // Devices that matter are closed to the sandbox's host user by their mode too; one that isn't stands in for them.
    [Fact]
    public async Task With_a_device_more_in_view_it_fails_and_names_it() =>
        await FailsAsync(
            "minimal /dev",
            specs =>
            {
                Show(specs, "--dev-bind", "/dev/null", "/dev/kvm");
                specs.Shim.InsertRange(0, ["landlock", "d", "/dev/kvm"]);
            },
            "dev.open_kvm"
        );

    [Fact]
    public async Task With_capabilities_it_fails_and_names_it() =>
        await FailsAsync(
            "capabilities",
            specs =>
            {
                LaunchSpecs.Remove(specs.Arguments, "--cap-drop", following: 1);
                specs.Arguments.InsertRange(0, ["--cap-add", "ALL"]);
            },
            "priv.caps_effective",
            "layer.capabilities"
        );

    [Fact]
    public async Task Without_rlimits_it_fails_and_names_it() =>
        await FailsAsync(
            "limits",
            specs => LaunchSpecs.Remove(specs.Shim, "rlimit", following: 2),
            "res.nofile_5000",
            "res.ws_write_300M"
        );

    [Fact]
    public async Task With_boundless_memory_and_disk_it_fails_and_names_it()
    {
        var wide = Options with
        {
            Limits = new Limits
            {
                MemoryBytes = 4L << 30,
                DiskBytes = 2L << 30,
                Processes = 4096,
            },
        };
        string[] without = ["res.tmp_write_300M", "res.fork_600"];

        // Without cgroups nobody counts memory: that is a known residual, open with every limit.
        string[] with = [.. without, "res.mem_512M"];
        var counted = Sandboxes.Backend.Probe().Limits != LimitTier.Rlimits;
        await FailsAsync("limits", wide, static _ => { }, counted ? with : without);
    }

    [Fact]
    public async Task With_the_hosts_variables_it_fails_and_names_it()
    {
        const string Name = "BARTIZAN_CANARY_";
        await FailsAsync(
            "empty variables",
            static specs =>
            {
                foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>())
                {
                    if (name.StartsWith(Name, StringComparison.Ordinal))
                    {
                        specs.Arguments.InsertRange(specs.Arguments.IndexOf("--setenv"), ["--setenv", name, "leaked"]);
                    }
                }
            },
            "env.secret_in_own_env"
        );
    }

    [Fact]
    public async Task Where_further_user_namespaces_can_be_made_it_fails_and_names_it() =>
        await FailsAsync(
            "no further user namespaces",
            specs => LaunchSpecs.Remove(specs.Arguments, "--disable-userns", following: 0),
            "layer.user_namespaces"
        );

    [Fact]
    public async Task In_the_session_of_whoever_started_it_it_fails_and_names_it() =>
        await FailsAsync(
            "new session",
            specs => LaunchSpecs.Remove(specs.Arguments, "--new-session", following: 0),
            "layer.new_session"
        );

    [Theory]
    [InlineData("net")]
    [InlineData("pid")]
    [InlineData("ipc")]
    public async Task A_shared_namespace_is_refused_by_name_before_the_agent_runs(string kind)
    {
        var message = await RefusedAsync(specs =>
        {
            LaunchSpecs.Remove(specs.Arguments, "--unshare-all", following: 0);
            string[] others = ["ipc", "pid", "net", "uts"];
            specs.Arguments.InsertRange(0, others.Where(other => other != kind).Select(other => "--unshare-" + other));
        });
        message.ShouldContain($"`{kind}`");
    }

    // A bwrap that is not root makes a user namespace whatever it is told: only as root can there be none, and then the
    // agent would be the host's root.
    [Fact]
    public async Task A_missing_user_namespace_is_refused_as_the_host_user_it_would_leave_the_agent_with()
    {
        NeedRoot();
        var message = await RefusedAsync(specs =>
        {
            LaunchSpecs.Remove(specs.Launch, "user", following: 1);
            LaunchSpecs.Remove(specs.Arguments, "--unshare-user", following: 0);
            LaunchSpecs.Remove(specs.Arguments, "--disable-userns", following: 0);
            LaunchSpecs.Remove(specs.Arguments, "--uid", following: 1);
            LaunchSpecs.Remove(specs.Arguments, "--gid", following: 1);
            LaunchSpecs.Remove(specs.Arguments, "--unshare-all", following: 0);
            string[] others = ["ipc", "pid", "net", "uts", "cgroup"];
            specs.Arguments.InsertRange(0, others.Select(other => "--unshare-" + other));
        });
        message.ShouldContain("host user");
    }

    [Fact]
    public async Task Host_user_0_is_refused_by_name()
    {
        NeedRoot();
        (await RefusedAsync(specs => LaunchSpecs.Remove(specs.Launch, "user", following: 1))).ShouldContain(
            "host user"
        );
    }

    [Fact]
    public async Task A_sandbox_outside_its_cgroups_is_refused_by_name()
    {
        Sandboxes.Need();
        if (Sandboxes.Backend.Probe().Limits == LimitTier.Rlimits)
        {
            Assert.Skip("no cgroups can be made on this host");
        }

        (await RefusedAsync(specs => LaunchSpecs.Remove(specs.Launch, "cgroup", following: 1))).ShouldContain("cgroup");
    }

    private static void NeedRoot()
    {
        Sandboxes.Need();
        Assert.SkipUnless(Sandboxes.Backend.Probe().Root, "only root has a host user to drop");
    }

    // Before the root becomes read-only.
    private static void Show(LaunchSpecs specs, string how, string path, string? inside = null) =>
        specs.Arguments.InsertRange(specs.Arguments.IndexOf("--chdir"), [how, path, inside ?? path]);

    private static Task FailsAsync(string layer, Action<LaunchSpecs> weaken, params string[] expected) =>
        FailsAsync(layer, Options, weaken, expected);

    private static async Task FailsAsync(
        string layer,
        EscapeTestOptions options,
        Action<LaunchSpecs> weaken,
        params string[] expected
    )
    {
        Sandboxes.Need();
        var weak = new WeakBackend(Sandboxes.Backend, weaken);
        var report = await new EscapeTest(weak, options).RunAsync(TestContext.Current.CancellationToken);
        report.Ok.ShouldBeFalse();
        var open = report.Attempts.Where(attempt => attempt.Result == AttemptResult.Open).ToList();
        expected.ShouldBeSubsetOf(open.Select(attempt => attempt.Id));
        open.Where(attempt => expected.Contains(attempt.Id))
            .ShouldAllBe(attempt => attempt.Layer.Contains(layer, StringComparison.Ordinal));
    }

    private static async Task<string> RefusedAsync(Action<LaunchSpecs> weaken)
    {
        Sandboxes.Need();
        var weak = new WeakBackend(Sandboxes.Backend, weaken);
        var refusal = await Should.ThrowAsync<SandboxUnavailableException>(async () =>
            await new EscapeTest(weak, Options).RunAsync(TestContext.Current.CancellationToken)
        );
        return refusal.Message;
    }
}
