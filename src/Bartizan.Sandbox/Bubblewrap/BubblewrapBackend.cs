using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox.ControlGroups;
using Bartizan.Sandbox.Launches;
using Bartizan.Sandbox.Seccomp;

namespace Bartizan.Sandbox.Bubblewrap;

/// <summary>
/// Agents in bubblewrap on this host. Works the same as root and as anybody else: as root every sandbox has a host user of its
/// own, as anybody else it runs as that user. It refuses to start anything while a required layer is missing.
/// </summary>
public sealed class BubblewrapBackend : IIsolationBackend, IRewritableBackend
{
    private readonly BubblewrapOptions _options;
    private readonly TimeProvider _time;
    private readonly CgroupHost _cgroups = CgroupHost.Discover();
    private readonly ImmutableArray<Mount> _baseView = BaseView.Read();
    private readonly HostUserPool _users;
    private readonly Lazy<Task<HostReport>> _report;
    private readonly ConcurrentDictionary<SessionId, LaunchedSandbox> _live = new();

    /// <summary>Makes the backend.</summary>
    public BubblewrapBackend(BubblewrapOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _users = new HostUserPool(
            Path.Combine(options.RuntimeDirectory, "users"),
            options.FirstHostUser,
            options.HostUserCount
        );
        _report = new Lazy<Task<HostReport>>(OpenAsync);
    }

    /// <inheritdoc/>
    public string Name => "bubblewrap";

    /// <inheritdoc/>
    public HostReport Probe() => ProbeAsync().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public ValueTask<ISandbox> PrepareAsync(SandboxPlan plan, CancellationToken cancellationToken) =>
        PrepareAsync(plan, rewrite: null, cancellationToken);

    ValueTask<ISandbox> IRewritableBackend.PrepareAsync(
        SandboxPlan plan,
        Action<LaunchSpecs>? rewrite,
        CancellationToken cancellationToken
    ) => PrepareAsync(plan, rewrite, cancellationToken);

    /// <summary>The same with what is passed on changed, for tests of the protection only.</summary>
    internal async ValueTask<ISandbox> PrepareAsync(
        SandboxPlan plan,
        Action<LaunchSpecs>? rewrite,
        CancellationToken cancellationToken
    )
    {
        var report = await _report.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!report.CanIsolate)
        {
            throw new SandboxUnavailableException(string.Join(' ', report.Missing));
        }

        var filter = SyscallFilter.Compile(
            SyscallTable.For(RuntimeInformation.ProcessArchitecture)!,
            plan.Seen,
            plan.MeetsNobody
        );
        var sandbox = new LaunchedSandbox(
            plan,
            report,
            filter,
            new LaunchPatience(_options.LaunchTimeout, _options.KillTimeout),
            _time,
            onCollected: Forget
        );
        if (!_live.TryAdd(plan.Id, sandbox))
        {
            throw new SandboxUnavailableException($"Session `{plan.Id}` has a sandbox already.");
        }

        try
        {
            var user = report.Root ? ReserveUser(plan.Id) : null;
            var setting = new LaunchSetting(report.BubblewrapPath, StageDirectory(report), _cgroups.Tier, rewrite);
            sandbox.Reserve(
                _cgroups,
                user,
                cgroup => Launch.Build(new LaunchOrder(plan, report, filter), _baseView, cgroup, setting, user?.User)
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

    // What a daemon that was killed left on the host goes before this one makes anything of its own.
    private async Task<HostReport> OpenAsync()
    {
        foreach (var (session, user) in Environment.IsPrivilegedProcess ? _users.Abandoned() : [])
        {
            using (user)
            {
                var left = _cgroups.Find(session);
                if (!await left.ClearAsync(_options.KillTimeout, CancellationToken.None).ConfigureAwait(false))
                {
                    user.Keep();
                }
            }
        }

        return await ProbeAsync().ConfigureAwait(false);
    }

    private Task<HostReport> ProbeAsync() => SandboxHost.ProbeAsync(_cgroups, _options, CancellationToken.None);

    private void Forget(SessionId id) => _live.TryRemove(id, out _);

    private HostUserPool.Reservation ReserveUser(SessionId id) =>
        _users.Reserve(id)
        ?? throw new SandboxUnavailableException(
            $"All {_options.HostUserCount} host users for sandboxes are taken: end a session first."
        );

    private string StageDirectory(HostReport report)
    {
        var stage = Path.Combine(_options.RuntimeDirectory, "stage");
        if (report.Root)
        {
            const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            const UnixFileMode passable = owner | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
            Directory.CreateDirectory(_options.RuntimeDirectory, passable);
            Directory.CreateDirectory(stage, passable);
            File.SetUnixFileMode(_options.RuntimeDirectory, passable);
            File.SetUnixFileMode(stage, passable);
        }

        return stage;
    }
}
