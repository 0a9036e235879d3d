using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Manifests;
using Bartizan.Sandbox.Bubblewrap;
using Bartizan.Sandbox.ControlGroups;
using Bartizan.Sandbox.Launches;
using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Oci;

/// <summary>
/// Everything that one launch of a container passes on, built from a plan.
/// <code>
/// daemon ── posix_spawn ──► engine applet: root of image + plan ─exec─► podman ──► conmon ──► runc ──► shim (PID 1)
///    │                                                                                               ├─► shim ─exec─► agent
///    │ ── wires: sync socket, streams, lifeline, by a message on the one socket that all of these pass on ──►│
/// </code>
/// </summary>
internal sealed class OciLaunch : ISandboxLaunch
{
    private readonly OciOrder _order;
    private readonly HostIds _ids;
    private readonly string _tree;
    private readonly List<(Descriptor Descriptor, int Number)> _passed = [];
    private readonly List<string> _held = [];
    private readonly List<string> _engine = [];
    private readonly List<string> _shim = [];
    private readonly Dictionary<string, PlannedMount> _planned = new(StringComparer.Ordinal);
    private readonly OciRemains _remains;
    private int _next = LaunchDescriptors.FirstFree;
    private Descriptor? _lifeline;
    private byte[]? _filterInstead;
    private bool _spawned;

    private OciLaunch(OciOrder order, HostIds ids, string tree)
    {
        _order = order;
        _ids = ids;
        _tree = tree;
        _remains = new OciRemains(order.Plan.Id, ids);
    }

    /// <inheritdoc/>
    public bool HasMonitor => true;

    /// <summary>The words of the engine applet, for tests.</summary>
    internal IReadOnlyList<string> Words => _engine;

    /// <summary>Builds a launch whose root is put together at <paramref name="tree"/>.</summary>
    public static OciLaunch Build(
        OciOrder order,
        HostIds ids,
        string tree,
        LimitTier tier,
        Action<LaunchSpecs>? rewrite = null
    )
    {
        var launch = new OciLaunch(order, ids, tree);
        try
        {
            launch.Describe(tier);
            if (rewrite is not null)
            {
                var specs = new LaunchSpecs(launch._engine, launch._engine, launch._shim);
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
    public Task<ChildProcess> SpawnAsync(
        Descriptor sync,
        Descriptor diagnostics,
        (Descriptor Input, Descriptor Output, Descriptor Error)? streams,
        ReadOnlySpan<byte> filter
    )
    {
        Pass(Descriptor.Sealed(_filterInstead ?? filter), LaunchDescriptors.Filter);
        return SpawnAsync(sync, diagnostics, streams);
    }

    /// <inheritdoc/>
    public SandboxReceipt Receipt(int hostUser, IReadOnlyList<string> namespaces) =>
        OciReceipts.Of(_order, hostUser, namespaces);

    /// <inheritdoc/>
    public async Task CheckAsync(int agent, int init, CancellationToken cancellationToken)
    {
        // PID 1 loads its filter while the agent's process says that it is ready.
        while (ProcessFacts.Read(init) is { IsHelper: true } waited && !ContainerCheck.HasFilter(waited))
        {
            await Task.Delay(SandboxCgroup.LookAgain, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }

        var check = new ContainerCheck(_ids, _planned.ToImmutableDictionary(StringComparer.Ordinal));
        var shown = _planned.Where(static pair => pair.Value.Node is not null).Select(static pair => pair.Key);
        if (check.Problem(ContainerFacts.Read(agent, init, shown)) is { } problem)
        {
            throw new SandboxUnavailableException(
                $"The container that `{_order.Host.Engine}` made isn't what was asked for, and nothing of the agent was started: {problem}."
            );
        }
    }

    /// <inheritdoc/>
    public async Task<(string Evidence, int Ended)?> EndUnreadyAsync(CancellationToken cancellationToken)
    {
        var (done, ended) = await _remains
            .EndAsync(_order.Engine, _order.Patience, TimeProvider.System, cancellationToken)
            .ConfigureAwait(false);
        return (done ? OciRemains.Evidence : "", ended);
    }

    /// <summary>Lets go of the container as a daemon that was killed does; for tests.</summary>
    internal void LetGo() => _lifeline?.Dispose();

    /// <inheritdoc/>
    public async Task CollectAsync(CancellationToken cancellationToken)
    {
        _lifeline?.Dispose();
        if (_spawned)
        {
            await _order.Engine.RemoveAsync(_order.Plan.Id, cancellationToken).ConfigureAwait(false);
        }
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

    private async Task<ChildProcess> SpawnAsync(
        Descriptor sync,
        Descriptor diagnostics,
        (Descriptor Input, Descriptor Output, Descriptor Error)? streams
    )
    {
        Pass(Descriptor.Open("/dev/null", Libc.O_RDWR), 0);
        Pass(diagnostics.Duplicate(), 1);
        Pass(diagnostics.Duplicate(), 2);
        Pass(Descriptor.Sealed(Launch.Words(_engine)), LaunchDescriptors.LaunchSpec);
        Pass(Descriptor.Sealed(Launch.Words(_shim)), LaunchDescriptors.ShimSpec);
        var (door, theirs) = Descriptor.SocketPair();
        using var control = new ControlSocket(door);
        Pass(theirs, LaunchDescriptors.Sync);
        var (life, lifeline) = Descriptor.Pipe();
        _lifeline = lifeline;
        using (life)
        using (var nothing = Descriptor.Open("/dev/null", Libc.O_RDWR))
        {
            var (input, output, error) = streams ?? (nothing, nothing, nothing);
            control.Send("W", [sync, input, output, error, life]);
        }

        _spawned = true;
        return await Spawner.SpawnAsync(HelperBinary.Path, ["engine"], _passed).ConfigureAwait(false);
    }

    private void Describe(LimitTier tier)
    {
        var plan = _order.Plan;
        var mounts = PlanRules.Ordered(plan);
        _shim.AddRange(["wires", "init"]);
        foreach (var (name, value) in Launch.Variables(plan))
        {
            _shim.AddRange(["variable", $"{name}={value}"]);
        }

        _shim.AddRange(["directory", plan.WorkingDirectory]);
        DescribeOwn(plan);
        foreach (var mount in mounts)
        {
            Describe(mount);
        }

        if (plan.Terminal is not null)
        {
            _shim.Add("terminal");
        }

        foreach (var (resource, most) in Launch.Rlimits(plan, tier))
        {
            _shim.AddRange(["rlimit", Text(resource), Text(most)]);
        }

        _shim.Add("filter");
        if (plan.Seen != SeenKind.Nothing)
        {
            _shim.Add("seen");
        }

        _shim.AddRange(["exec", .. plan.Command]);
        _engine.InsertRange(0, ["user", Text(_ids.Agent), .. _held, "tree", _tree, _order.Image.Lower]);
        _engine.Add("engine");
        _engine.AddRange(
            ContainerEngine.Words(
                _order.Engine.Path,
                OciArguments.Run(
                    _order.Engine,
                    plan.Id,
                    _tree,
                    _ids,
                    plan.Limits.Processes,
                    LaunchDescriptors.PassedByEngine
                )
            )
        );
    }

    private void DescribeOwn(SandboxPlan plan)
    {
        _engine.AddRange(OciArguments.MountPoints);
        foreach (var device in (string[])["null", "zero", "full", "random", "urandom", "tty", "ptmx"])
        {
            Landlock("d", "/dev/" + device);
        }

        Landlock("dl", "/dev/pts");
        Landlock("rlxw", "/dev/shm");
        Landlock("l", "/"); // what the root lists is what image and plan show
        Landlock("rl", "/proc");
        Landlock("rl", "/etc");
        foreach (var path in _order.Image.TopLevel)
        {
            Landlock("rlx", path);
        }

        foreach (var file in BaseView.Generated.Where(file => plan.Mounts.All(m => m.InsidePath != file.InsidePath)))
        {
            Describe(file);
        }

        Bind(Mount.ReadOnly(HelperBinary.Path, SandboxPaths.Helper), landlock: "");
        foreach (var path in (string[])[SandboxPaths.Temporary, SandboxPaths.Home, SandboxPaths.Workspace])
        {
            if (plan.Mounts.All(mount => mount.InsidePath != path))
            {
                Tmpfs(path, plan.Limits.DiskBytes);
            }
        }
    }

    private void Describe(Mount mount)
    {
        switch (mount.Kind)
        {
            case MountKind.ReadOnlyBind:
                Bind(mount, "rlx");
                break;
            case MountKind.WritableBind:
                Bind(mount, "rlxw");
                break;
            case MountKind.File:
                _planned[mount.InsidePath] = PlannedMount.Memory(isWritable: false);
                _engine.AddRange(["file", Text(Pass(Descriptor.Sealed(mount.Content.Span))), mount.InsidePath]);
                Landlock("rx", mount.InsidePath);
                break;
            case MountKind.WritableFile:
                _engine.AddRange(["own", Text(Pass(Descriptor.Sealed(mount.Content.Span))), mount.InsidePath]);
                break;
            case MountKind.Symlink:
                _engine.AddRange(["symlink", mount.InsidePath, mount.LinkTarget]);
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

    private void Bind(Mount mount, string landlock)
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

        Expect(mount, NodeNumber.Of(pinned));
        var number = Text(Pass(pinned));
        var how = (mount.OwnedByAgent ? "+agent" : "") + (mount.Kind == MountKind.WritableBind ? "+rw" : "+ro");
        _held.AddRange(["hold", number, how]);
        _engine.AddRange(["show", number, mount.InsidePath, Directory.Exists(mount.HostPath) ? "dir" : "file"]);
        if (landlock.Length > 0)
        {
            Landlock(landlock, mount.InsidePath);
        }
    }

    // What has mounts of its own on the host shows them, but for one that is given to the agent's user, which is shown alone.
    private void Expect(Mount mount, NodeNumber node)
    {
        var writable = mount.Kind == MountKind.WritableBind;
        _planned[mount.InsidePath] = new PlannedMount(writable, Node: node);
        if (mount.OwnedByAgent)
        {
            return;
        }

        foreach (var line in File.ReadLines("/proc/self/mountinfo"))
        {
            if (
                MountFact.Parse(line)?.Path is { } path
                && path.StartsWith(mount.HostPath + "/", StringComparison.Ordinal)
            )
            {
                _planned[mount.InsidePath + path[mount.HostPath.Length..]] = new PlannedMount(writable);
            }
        }
    }

    private void Tmpfs(string path, long bytes)
    {
        _planned[path] = PlannedMount.Memory(isWritable: true);
        _engine.AddRange(["tmpfs", path, Text(bytes), path == SandboxPaths.Temporary ? "1777" : "0755"]);
        Landlock("rlxw", path);
    }

    private void Landlock(string rights, string path) => _shim.AddRange(["landlock", rights, path]);

    private int Pass(Descriptor descriptor)
    {
        Pass(descriptor, _next);
        return _next < LaunchDescriptors.Last
            ? _next++
            : throw new SandboxUnavailableException("The sandbox can't be built: the plan has too many mounts.");
    }

    private void Pass(Descriptor descriptor, int number) => _passed.Add((descriptor, number));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
