using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox.Bubblewrap;
using Bartizan.Sandbox.ControlGroups;
using Bartizan.Sandbox.Launches;
using Bartizan.Sandbox.Seccomp;

namespace Bartizan.Sandbox.Oci;

/// <summary>
/// Agents in containers of a pinned image, by podman on this host, as root. Inside stand the same helper, the same Landlock
/// rules and the same seccomp table as with bubblewrap; the base is the image's and not the host's <c>/usr</c>.
/// </summary>
public sealed class OciBackend : IIsolationBackend, IRewritableBackend
{
    /// <summary>How the report tells of a runtime that could not start a container.</summary>
    public const string CantUse = "A container runtime can't be used here";

    private const UnixFileMode Passable =
        UnixFileMode.UserRead
        | UnixFileMode.UserWrite
        | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherExecute;

    private readonly OciOptions _options;
    private readonly TimeProvider _time;
    private readonly CgroupHost _cgroups = CgroupHost.Discover();
    private readonly HostUserPool _users;
    private readonly Lazy<Task<(HostReport Report, ContainerEngine? Engine)>> _opened;
    private readonly ConcurrentDictionary<string, Task<ContainerImage>> _images = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<SessionId, LaunchedSandbox> _live = new();

    /// <summary>Makes the backend.</summary>
    public OciBackend(OciOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _time = time;
        _users = new HostUserPool(
            Path.Combine(options.RuntimeDirectory, "container-users"),
            options.FirstHostUser,
            options.HostUserCount
        );
        _opened = new(OpenAsync);
    }

    /// <summary>Makes the backend of an instance that starts, and begins to clear what one before it left.</summary>
    public static OciBackend Sweeping(OciOptions options, TimeProvider time)
    {
        var backend = new OciBackend(options, time);
        if (Environment.IsPrivilegedProcess && backend._users.HasAny)
        {
            _ = Task.Run(() => backend._opened.Value);
        }

        return backend;
    }

    /// <inheritdoc/>
    public string Name => "oci";

    private string Stage => Path.Combine(_options.RuntimeDirectory, "containers");

    /// <inheritdoc/>
    public HostReport Probe() => _opened.Value.GetAwaiter().GetResult().Report;

    /// <inheritdoc/>
    public ValueTask<ISandbox> PrepareAsync(SandboxPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return PrepareAsync(plan, rewrite: null, cancellationToken);
    }

    ValueTask<ISandbox> IRewritableBackend.PrepareAsync(
        SandboxPlan plan,
        Action<LaunchSpecs>? rewrite,
        CancellationToken cancellationToken
    ) => PrepareAsync(plan, rewrite, cancellationToken);

    private async ValueTask<ISandbox> PrepareAsync(
        SandboxPlan plan,
        Action<LaunchSpecs>? rewrite,
        CancellationToken cancellationToken
    )
    {
        var (report, engine) = await _opened.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!report.CanIsolate)
        {
            throw new SandboxUnavailableException(string.Join(' ', report.Missing));
        }

        var name =
            plan.Image
            ?? _options.Image
            ?? throw new SandboxUnavailableException("A container needs an image: name one as `run: image:`.");
        var image = await ImageAsync(engine!, name, cancellationToken).ConfigureAwait(false);
        var filter = SyscallFilter.Compile(
            SyscallTable.For(RuntimeInformation.ProcessArchitecture)!,
            plan.Seen,
            plan.MeetsNobody
        );
        var patience = new LaunchPatience(_options.LaunchTimeout, _options.KillTimeout);
        var sandbox = new LaunchedSandbox(plan, report, filter, patience, _time, onCollected: Forget);
        if (!_live.TryAdd(plan.Id, sandbox))
        {
            throw new SandboxUnavailableException($"Session `{plan.Id}` has a sandbox already.");
        }

        try
        {
            var user = ReserveUser(plan.Id);
            var ids = new HostIds(user.User, user.User + _options.HostUserCount);
            var order = new OciOrder(plan, engine!, image, report, filter, _options.KillTimeout);
            sandbox.Reserve(
                _cgroups,
                user,
                _ => OciLaunch.Build(order, ids, Path.Combine(Stage, "tree"), _cgroups.Tier, rewrite)
            );
            return sandbox;
        }
        catch (Exception failure)
        {
            await sandbox.DisposeAsync().ConfigureAwait(false);
            throw failure as SandboxUnavailableException
                ?? new SandboxUnavailableException(
                    $"The sandbox can't be prepared: {failure.Message.TrimEnd('.')}.",
                    failure
                );
        }
    }

    private static void MakePassable(string directory)
    {
        Directory.CreateDirectory(directory, Passable);
        File.SetUnixFileMode(directory, Passable);
    }

    // What a daemon that was killed left on the host goes before this one makes anything of its own.
    private async Task<(HostReport, ContainerEngine?)> OpenAsync()
    {
        var report = await SandboxHost
            .ProbeAsync(_cgroups, new BubblewrapOptions(), CancellationToken.None)
            .ConfigureAwait(false);
        var missing = SandboxHost.MissingBelow(report);
        ContainerEngine? engine = null;
        if (!report.Root)
        {
            missing = missing.Add(
                "Containers need a daemon that is root: start it as root, or use `isolation: bubblewrap`."
            );
        }
        else if (missing.IsEmpty)
        {
            MakePassable(_options.RuntimeDirectory);
            MakePassable(Stage);
            MakePassable(Path.Combine(Stage, "tree"));
            engine = await ContainerEngine.FindAsync(_options, Stage, CancellationToken.None).ConfigureAwait(false);
            missing = missing.AddRange(MissingOf(engine));
        }

        if (engine is { Runtime.Length: > 0 })
        {
            await SweepAsync(engine).ConfigureAwait(false);
        }

        return (
            report with
            {
                Engine = engine is { Runtime.Length: > 0 } ? $"podman {engine.Version}, {engine.Runtime}" : "",
                Missing = missing,
                Weaker =
                [
                    .. report.Weaker.Where(static text => !text.StartsWith("Bubblewrap", StringComparison.Ordinal)),
                    .. (engine?.Refused ?? []).Select(static why => $"{CantUse}: {why}."),
                ],
            },
            engine
        );
    }

    // Processes first: a frozen one keeps the engine waiting. The record goes last, so that what fails here is found again.
    private async Task SweepAsync(ContainerEngine engine)
    {
        foreach (var (session, user) in _users.Abandoned())
        {
            using (user)
            {
                var left = _cgroups.Find(session);
                var gone = await left.ClearAsync(_options.KillTimeout, CancellationToken.None).ConfigureAwait(false);
                if (!await engine.RemoveAsync(session, CancellationToken.None).ConfigureAwait(false) || !gone)
                {
                    user.Keep();
                }
            }
        }
    }

    private IEnumerable<string> MissingOf(ContainerEngine? engine) =>
        engine switch
        {
            null when _options.Docker.Any(File.Exists) =>
            [
                "Docker can't be used: it takes no root that was put together outside, gives each container no users of its own, "
                    + "and passes no descriptor on. Install the package `podman`.",
            ],
            null => ["Podman is not installed: install the package `podman`."],
            { Runtime.Length: 0 } =>
            [
                $"Podman {engine.Version} can't start a container here: {string.Join("; ", engine.Refused)}.",
            ],
            _ => [],
        };

    private async Task<ContainerImage> ImageAsync(
        ContainerEngine engine,
        string name,
        CancellationToken cancellationToken
    )
    {
        // Pinned by digest, it does not change; one that was not found may be there the next time.
        var found = _images.GetOrAdd(name, _ => ContainerImage.FindAsync(engine, name, CancellationToken.None));
        try
        {
            return await found.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (SandboxUnavailableException)
        {
            _images.TryRemove(name, out _);
            throw;
        }
    }

    private void Forget(SessionId id) => _live.TryRemove(id, out _);

    private HostUserPool.Reservation ReserveUser(SessionId id) =>
        _users.Reserve(id)
        ?? throw new SandboxUnavailableException(
            $"All {_options.HostUserCount} host users for containers are taken: end a session first."
        );
}
