using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Sandbox.ControlGroups;
using Bartizan.Sandbox.Launches;
using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Bubblewrap;

/// <summary>
/// Everything one launch passes on, built from a plan: three specs (for launch, for bwrap, for the shim), and the descriptors
/// they refer to by number. It holds the descriptors open until they are passed.
/// </summary>
internal sealed class Launch : ISandboxLaunch
{
    /// <summary>/dev/shm; it counts to the memory limit like every tmpfs.</summary>
    internal const long SharedMemoryBytes = 512L << 20;

    /// <summary>
    /// Descriptors one agent process may have: four times the customary soft limit, and fewer than the self-test's
    /// <c>res.nofile_5000</c> takes. They are kernel memory that no other limit of the weaker tier counts.
    /// </summary>
    internal const long OpenFiles = 4096;

    // setrlimit(2) on x86-64 and arm64.
    private const int RLIMIT_FSIZE = 1,
        RLIMIT_DATA = 2,
        RLIMIT_CORE = 4,
        RLIMIT_NPROC = 6,
        RLIMIT_NOFILE = 7;

    private readonly List<(Descriptor Descriptor, int Number)> _passed = [];
    private readonly List<string> _launch = [];
    private readonly List<string> _arguments = [];
    private readonly List<string> _shim = [];
    private readonly LaunchOrder _order;
    private readonly string _stage;
    private readonly int? _user;
    private int _next = LaunchDescriptors.FirstFree;
    private int _binds;
    private byte[]? _filterInstead;

    private Launch(LaunchOrder order, string stage, int? user)
    {
        _order = order;
        _stage = stage;
        _user = user;
    }

    /// <summary>bwrap's arguments, for tests.</summary>
    internal IReadOnlyList<string> Arguments => _arguments;

    /// <summary>Builds a launch. <paramref name="user"/> is the host user to become; null when already nobody special.</summary>
    public static Launch Build(
        LaunchOrder order,
        ImmutableArray<Mount> baseView,
        SandboxCgroup cgroup,
        LaunchSetting setting,
        int? user
    )
    {
        var launch = new Launch(order, setting.StageDirectory, user);
        try
        {
            launch.Describe(order.Plan, baseView, cgroup, setting);
            if (setting.Rewrite is { } rewrite)
            {
                var specs = new LaunchSpecs(launch._launch, launch._arguments, launch._shim);
                rewrite(specs);
                launch._filterInstead = specs.Filter;
            }

            return launch;
        }
        catch
        {
            launch.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool HasMonitor => false;

    /// <inheritdoc/>
    public SandboxReceipt Receipt(int hostUser, IReadOnlyList<string> namespaces) =>
        Receipts.Of(_order.Plan, _order.Host, _order.Filter, hostUser, namespaces, _user is not null);

    /// <inheritdoc/>
    public Task CheckAsync(int agent, int init, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<(string Evidence, int Ended)?> EndUnreadyAsync(CancellationToken cancellationToken) =>
        Task.FromResult<(string, int)?>(null);

    /// <inheritdoc/>
    public Task CollectAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<ChildProcess> SpawnAsync(
        Descriptor sync,
        Descriptor diagnostics,
        (Descriptor Input, Descriptor Output, Descriptor Error)? streams,
        ReadOnlySpan<byte> filter
    )
    {
        Pass(Descriptor.Open("/dev/null", Libc.O_RDWR), 0);
        Pass(diagnostics.Duplicate(), 1);
        Pass(diagnostics.Duplicate(), 2);
        Pass(Descriptor.Sealed(Words(_launch)), LaunchDescriptors.LaunchSpec);
        Pass(Descriptor.Sealed(Words(_shim)), LaunchDescriptors.ShimSpec);
        Pass(Descriptor.Sealed(_filterInstead ?? filter), LaunchDescriptors.Filter);
        Pass(sync.Duplicate(), LaunchDescriptors.Sync);
        Pass(Descriptor.Sealed(Words(_arguments)), LaunchDescriptors.BubblewrapArguments);
        if (streams is var (input, output, error))
        {
            Pass(input.Duplicate(), LaunchDescriptors.AgentInput);
            Pass(output.Duplicate(), LaunchDescriptors.AgentInput + 1);
            Pass(error.Duplicate(), LaunchDescriptors.AgentInput + 2);
        }

        return Spawner.SpawnAsync(HelperBinary.Path, ["launch"], _passed);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (descriptor, _) in _passed)
        {
            descriptor.Dispose();
        }

        _passed.Clear();
    }

    internal static byte[] Words(List<string> words) => Encoding.UTF8.GetBytes(string.Join('\0', words) + '\0');

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private void Describe(SandboxPlan plan, ImmutableArray<Mount> baseView, SandboxCgroup cgroup, LaunchSetting setting)
    {
        var mounts = PlanRules.Ordered(plan);
        foreach (var entry in cgroup.OpenEntries())
        {
            _launch.AddRange(["cgroup", Text(PassNext(entry))]);
        }

        if (_user is { } user)
        {
            _launch.AddRange(["stage", _stage, "user", Text(user)]);
        }

        DescribeNamespaces(plan);
        DescribeMounts(baseView);
        DescribeOwn(plan);
        DescribeMounts(mounts);
        _arguments.AddRange(["--chdir", plan.WorkingDirectory, "--remount-ro", "/dev", "--remount-ro", "/"]);
        _launch.AddRange(["exec", setting.BubblewrapPath, "--args", Text(LaunchDescriptors.BubblewrapArguments)]);
        _launch.AddRange(["--", SandboxPaths.Helper, "shim"]);
        DescribeShim(plan, setting);
    }

    private void DescribeNamespaces(SandboxPlan plan)
    {
        var id = Text(SandboxPaths.AgentId);
        _arguments.AddRange(["--unshare-all", "--unshare-user", "--disable-userns", "--uid", id, "--gid", id]);
        _arguments.AddRange(["--hostname", "sandbox", "--cap-drop", "ALL", "--new-session", "--die-with-parent"]);
        _arguments.Add("--clearenv");
        foreach (var (name, value) in Variables(plan))
        {
            _arguments.AddRange(["--setenv", name, value]);
        }
    }

    internal static SortedDictionary<string, string> Variables(SandboxPlan plan)
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = SandboxPaths.SearchPath,
            ["HOME"] = SandboxPaths.Home,
            ["USER"] = SandboxPaths.AgentName,
            ["LOGNAME"] = SandboxPaths.AgentName,
            ["TMPDIR"] = SandboxPaths.Temporary,
            ["SHELL"] = "/bin/bash",
            ["LANG"] = "C.UTF-8",
        };
        foreach (var (name, value) in plan.Variables)
        {
            variables[name] = value;
        }

        return variables;
    }

    // The kernel's file systems, and the directories in memory that every agent has.
    private void DescribeOwn(SandboxPlan plan)
    {
        _arguments.AddRange(["--proc", "/proc", "--dev", "/dev"]);
        foreach (var device in (string[])["null", "zero", "full", "random", "urandom", "tty", "ptmx"])
        {
            Landlock("d", "/dev/" + device);
        }

        Landlock("dl", "/dev/pts");
        Landlock("l", "/"); // what the root lists is what the plan shows
        Landlock("rl", "/proc");
        Landlock("rl", "/etc");
        Tmpfs("/dev/shm", SharedMemoryBytes);
        DescribeBind(Mount.ReadOnly(HelperBinary.Path, SandboxPaths.Helper), landlock: "");
        foreach (var path in (string[])[SandboxPaths.Temporary, SandboxPaths.Home, SandboxPaths.Workspace])
        {
            if (plan.Mounts.All(mount => mount.InsidePath != path))
            {
                Tmpfs(path, plan.Limits.DiskBytes);
            }
        }
    }

    private void DescribeMounts(IEnumerable<Mount> mounts)
    {
        foreach (var mount in mounts)
        {
            switch (mount.Kind)
            {
                case MountKind.ReadOnlyBind:
                    DescribeBind(mount, "rlx");
                    break;
                case MountKind.WritableBind:
                    DescribeBind(mount, "rlxw");
                    break;
                case MountKind.File:
                    DescribeFile(mount);
                    break;
                case MountKind.WritableFile:
                    _arguments.AddRange([
                        "--perms",
                        "0644",
                        "--file",
                        Text(PassNext(Descriptor.Sealed(mount.Content.Span))),
                        mount.InsidePath,
                    ]);
                    break;
                case MountKind.Symlink:
                    _arguments.AddRange(["--symlink", mount.LinkTarget, mount.InsidePath]);
                    break;
                case MountKind.Tmpfs:
                    Tmpfs(mount.InsidePath, mount.SizeBytes);
                    break;
                default:
                    throw new SandboxUnavailableException(
                        $"The sandbox can't be built: no such mount at `{mount.InsidePath}`."
                    );
            }
        }
    }

    private void DescribeBind(Mount mount, string landlock)
    {
        Descriptor pinned;
        try
        {
            pinned = Descriptor.OpenReal(mount.HostPath);
        }
        catch (IOException failure)
        {
            throw new SandboxUnavailableException(
                $"The sandbox can't show `{mount.HostPath}`: it is missing, out of reach, or reached through a symbolic link.",
                failure
            );
        }

        var number = PassNext(pinned);
        var writable = mount.Kind == MountKind.WritableBind;
        if (_user is not null)
        {
            var name = Text(_binds++);
            var kind = Directory.Exists(mount.HostPath) ? "dir" : "file";
            _launch.AddRange(["bind", Text(number), name, kind + (mount.OwnedByAgent ? "+agent" : "")]);
            _arguments.AddRange([writable ? "--bind" : "--ro-bind", $"{_stage}/{name}", mount.InsidePath]);
        }
        else
        {
            _arguments.AddRange([writable ? "--bind-fd" : "--ro-bind-fd", Text(number), mount.InsidePath]);
        }

        if (landlock.Length > 0)
        {
            Landlock(landlock, mount.InsidePath);
        }
    }

    // A file mount of its own, so that even in the agent's home it can't be changed or replaced.
    private void DescribeFile(Mount mount)
    {
        var content = Text(PassNext(Descriptor.Sealed(mount.Content.Span)));
        if (mount.InsidePath.StartsWith("/etc/", StringComparison.Ordinal) && !BaseView.IsBelowHost(mount.InsidePath))
        {
            // On the root, which becomes read-only: a plain file is enough, and a mount fewer.
            _arguments.AddRange(["--perms", "0444", "--file", content, mount.InsidePath]);
            return;
        }

        _arguments.AddRange(["--perms", "0555", "--ro-bind-data", content, mount.InsidePath]);
        Landlock("rx", mount.InsidePath);
    }

    private void Tmpfs(string path, long bytes)
    {
        var shared = path is SandboxPaths.Temporary or "/dev/shm";
        _arguments.AddRange(["--perms", shared ? "1777" : "0755", "--size", Text(bytes), "--tmpfs", path]);
        Landlock("rlxw", path);
    }

    private void DescribeShim(SandboxPlan plan, LaunchSetting setting)
    {
        if (plan.Terminal is not null)
        {
            _shim.Add("terminal");
        }

        foreach (var (resource, most) in Rlimits(plan, setting.Limits))
        {
            _shim.AddRange(["rlimit", Text(resource), Text(most)]);
        }

        _shim.Add("filter");
        if (plan.Seen != SeenKind.Nothing)
        {
            _shim.Add("seen");
        }

        _shim.Add("exec");
        _shim.AddRange(plan.Command);
    }

    internal static IEnumerable<(int Resource, long Most)> Rlimits(SandboxPlan plan, LimitTier tier)
    {
        yield return (RLIMIT_CORE, 0);
        yield return (RLIMIT_NOFILE, OpenFiles);
        yield return (RLIMIT_FSIZE, plan.Limits.DiskBytes);
        yield return (RLIMIT_NPROC, plan.Limits.Processes);
        if (tier == LimitTier.Rlimits)
        {
            // Of each process, not of all together: the weaker tier. Not RLIMIT_AS: runtimes reserve far more than they use.
            yield return (RLIMIT_DATA, plan.Limits.MemoryBytes);
        }
    }

    private void Landlock(string rights, string path) => _shim.AddRange(["landlock", rights, path]);

    private int PassNext(Descriptor descriptor)
    {
        Pass(descriptor, _next);
        return _next < LaunchDescriptors.Last
            ? _next++
            : throw new SandboxUnavailableException("The sandbox can't be built: the plan has too many mounts.");
    }

    private void Pass(Descriptor descriptor, int number) => _passed.Add((descriptor, number));
}
