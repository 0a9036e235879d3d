using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Bartizan.Core.Sessions;

namespace Bartizan.Sandbox.SelfTest;

/// <summary>What can be judged from outside only: H01, H02, H04 to H08, and every layer's presence.</summary>
internal sealed class HostChecks(
    IIsolationBackend backend,
    EscapeTestOptions options,
    HostCanaries canaries,
    string stage
)
{
    /// <summary>The id of the check that knows a sandbox's real user.</summary>
    internal const string HostUser = "H01";

    private const string OurUser = "host user";
    private const string Refused = "refused: ";
    private const int CgroupDepth = 6;
    private const string ZeroSet = "0000000000000000";
    private static readonly string[] NamespaceKinds = ["user", "mnt", "pid", "net", "ipc", "uts"];
    private static readonly string[] CapabilitySets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"];

    /// <summary>Starts a sandbox that waits, looks at it, kills it, looks again; then tries what must be refused.</summary>
    public async Task<ImmutableArray<Attempt>> RunAsync(CancellationToken cancellationToken)
    {
        var attempts = ImmutableArray.CreateBuilder<Attempt>();
        var mark = canaries.Mark + "-waits";
        var plan = options.Shaped(ProbeRun.Plan(options, stage, Encoding.UTF8.GetBytes(mark), "wait", mark));
        var sandbox = await backend.PrepareAsync(plan, cancellationToken).ConfigureAwait(false);
        await using (sandbox.ConfigureAwait(false))
        {
            await sandbox.CreateAsync(cancellationToken).ConfigureAwait(false);
            using var listeners = plan.Network
                ? await sandbox.InjectAsync(cancellationToken).ConfigureAwait(false)
                : null;
            await sandbox.StartAsync(cancellationToken).ConfigureAwait(false);
            var ready = new byte[1];
            await sandbox.Output.ReadExactlyAsync(ready, cancellationToken).ConfigureAwait(false);
            var agent = HostProcesses.Find(mark);
            var all = agent == 0 ? [] : HostProcesses.OfSandbox(agent);

            // An engine's monitor stands outside as the daemon's own user; it counts where it is asked what a kill leaves.
            var inside = backend.Probe().Engine.Length > 0 ? HostProcesses.Inside(agent) : all;
            attempts.Add(await UserAsync(sandbox, inside, cancellationToken).ConfigureAwait(false));
            attempts.Add(Interfaces(agent));
            attempts.AddRange(Layers(agent));
            attempts.Add(NewSession(agent));
            attempts.Add(await NoFurtherUserNamespaceAsync(agent, cancellationToken).ConfigureAwait(false));
            attempts.Add(await DoubleStartAsync(plan, cancellationToken).ConfigureAwait(false));
            var cgroups = Cgroups(plan.Id);
            var report = await sandbox.KillAsync(cancellationToken).ConfigureAwait(false);
            await sandbox.CollectAsync(cancellationToken).ConfigureAwait(false);
            attempts.Add(Gone(plan.Id, sandbox.Receipt.Limits, all, cgroups, report));
        }

        attempts.Add(await BelowWorkspaceAsync(cancellationToken).ConfigureAwait(false));
        attempts.Add(
            await new RemovedLayers(backend, options, stage).RunAsync(cancellationToken).ConfigureAwait(false)
        );
        return attempts.ToImmutable();
    }

    /// <summary>H04: what is outside the workspace is as it was.</summary>
    public Attempt NothingChanged(string before, string after)
    {
        // The control: a change of the smallest kind is seen.
        var quiet = canaries.Sweep();
        File.SetLastWriteTimeUtc(canaries.CanaryFile, File.GetLastWriteTimeUtc(canaries.CanaryFile).AddTicks(10));
        var noticed = quiet != canaries.Sweep();
        return Check(
            "H04",
            "mount view, Landlock",
            before == after,
            before == after ? "nothing changed" : "files of the host changed",
            noticed ? "a changed time is noticed" : "a changed time is not noticed",
            noticed
        );
    }

    private static Attempt Check(
        string id,
        string layer,
        bool holds,
        string observed,
        string control,
        bool controlHolds
    ) =>
        new()
        {
            Id = id,
            Layer = layer,
            Observed = observed,
            Control = control,
            Result =
                !holds ? AttemptResult.Open
                : controlHolds ? AttemptResult.Blocked
                : AttemptResult.Inconclusive,
            Reason = holds && !controlHolds ? "its control failed" : null,
        };

    // H01: kuid 0 inside could write /proc/sys whatever else holds; a shared user could signal another sandbox's processes.
    private async Task<Attempt> UserAsync(ISandbox sandbox, IReadOnlyList<int> all, CancellationToken cancellationToken)
    {
        var users = all.SelectMany(HostProcesses.Users).Distinct().Order().ToList();
        var own = HostProcesses.Users(Environment.ProcessId)[0];
        var other = await OtherUserAsync(cancellationToken).ConfigureAwait(false);
        var expected = sandbox.Receipt.HostUser;
        var holds =
            users.Count == 1
            && users[0] == expected
            && expected != 0
            && (own != 0 || (expected != own && other != expected));
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{all.Count} processes, host users {string.Join(' ', users)}; a second sandbox: {other}"
        );
        return Check(HostUser, OurUser, holds, text, $"this process is host user {own}", all.Count > 0);
    }

    private async Task<int> OtherUserAsync(CancellationToken cancellationToken)
    {
        var second = await backend
            .PrepareAsync(ProbeRun.Plan(options, stage, new byte[] { 0 }, "wait"), cancellationToken)
            .ConfigureAwait(false);
        await using var _ = second.ConfigureAwait(false);
        await second.CreateAsync(cancellationToken).ConfigureAwait(false);
        return second.Receipt.HostUser;
    }

    private static Attempt Interfaces(int agent)
    {
        var inside = Names(agent);
        var outside = Names(Environment.ProcessId);
        return Check(
            "H02",
            "network namespace",
            inside is ["lo"],
            "interfaces: " + string.Join(' ', inside),
            "this process: " + string.Join(' ', outside),
            outside.Count > 1
                || HostProcesses.Namespace(agent, "net") != HostProcesses.Namespace(Environment.ProcessId, "net")
        );

        static List<string> Names(int id) =>
            [
                .. HostProcesses
                    .Read(id, "net/dev")
                    .Split('\n')
                    .Where(line => line.Contains(':', StringComparison.Ordinal))
                    .Select(line => line.Split(':')[0].Trim()),
            ];
    }

    // One layer can hide that another is missing: each is looked at by itself.
    private static IEnumerable<Attempt> Layers(int agent)
    {
        var own = Environment.ProcessId;
        foreach (var kind in NamespaceKinds)
        {
            var (inside, outside) = (HostProcesses.Namespace(agent, kind), HostProcesses.Namespace(own, kind));
            yield return Check(
                "layer.namespace_" + kind,
                kind + " namespace",
                inside.Length > 0 && inside != outside,
                inside,
                "this process: " + outside,
                outside.Length > 0
            );
        }

        yield return Status("layer.seccomp", "seccomp", "Seccomp", "2");
        yield return Status("layer.no_new_privs", "no_new_privs", "NoNewPrivs", "1");
        var sets = CapabilitySets.Select(set => HostProcesses.Status(agent, set)).ToList();
        yield return Check(
            "layer.capabilities",
            "capabilities",
            sets.TrueForAll(set => set == ZeroSet),
            string.Join(' ', sets.Distinct()),
            "this process: " + HostProcesses.Status(own, "CapBnd"),
            controlHolds: sets.TrueForAll(set => set.Length > 0)
        );

        Attempt Status(string id, string layer, string line, string wanted)
        {
            var value = HostProcesses.Status(agent, line);
            return Check(
                id,
                layer,
                value == wanted,
                $"{line} {value}",
                $"this process: {line} {HostProcesses.Status(own, line)}",
                controlHolds: value.Length > 0
            );
        }
    }

    // Whoever shares a session that began outside shares its terminal, and could type into it were it not for seccomp.
    private static Attempt NewSession(int agent)
    {
        var session = HostProcesses.SessionInside(agent);
        var terminal = HostProcesses.Terminal(agent);
        var own = HostProcesses.SessionInside(Environment.ProcessId);
        return Check(
            "layer.new_session",
            "new session",
            session > 0 && terminal == 0,
            (session > 0 ? "began inside" : "began outside") + (terminal == 0 ? ", no terminal" : ", a terminal"),
            string.Create(CultureInfo.InvariantCulture, $"this process: session {own}"),
            own >= 0
        );
    }

    // Seccomp answers first inside; from here its namespace is entered without the filter.
    private async Task<Attempt> NoFurtherUserNamespaceAsync(int agent, CancellationToken cancellationToken)
    {
        const string Full = "ENOSPC";
        const string Made = "open";
        var below = await ProbeRun.NestAsync(options, agent, cancellationToken).ConfigureAwait(false);
        var control = await ProbeRun.NestAsync(options, 0, cancellationToken).ConfigureAwait(false);
        return new()
        {
            Id = "layer.user_namespaces",
            Layer = "no further user namespaces",
            Observed = below,
            Control = "below this process's own: " + control,
            Result =
                below == Made ? AttemptResult.Open
                : below == Full && control == Made ? AttemptResult.Blocked
                : AttemptResult.Inconclusive,
            Reason = control == Made ? null : "its control failed",
        };
    }

    private async Task<Attempt> DoubleStartAsync(SandboxPlan live, CancellationToken cancellationToken)
    {
        var again = await TryAsync(live, cancellationToken).ConfigureAwait(false);
        var other = await TryAsync(live with { Id = SessionId.New() }, cancellationToken).ConfigureAwait(false);
        return Check("H06", "session lock", IsRefusal(again), again, "another id: " + other, !IsRefusal(other));
    }

    // CVE-2026-87766: bubblewrap follows `.git -> /oldroot/…` of the workspace and makes the mount point on the host. The
    // answer for every version: no destination below a mount that the agent can write.
    private async Task<Attempt> BelowWorkspaceAsync(CancellationToken cancellationToken)
    {
        var link = Path.Combine(stage, ".git");
        File.CreateSymbolicLink(link, "/oldroot" + canaries.Scratch);
        try
        {
            var plan = ProbeRun.Plan(options, stage, new byte[] { 0 }, "wait");
            var below = Mount.File(SandboxPaths.Workspace + "/.git/planted", new byte[] { 1 }, "self-test");
            var beside = Mount.File("/opt/bartizan-probe/beside", new byte[] { 1 }, "self-test");
            var attack = await TryAsync(plan with { Mounts = plan.Mounts.Add(below) }, cancellationToken)
                .ConfigureAwait(false);
            var planted = File.Exists(Path.Combine(canaries.Scratch, "planted"));
            var harmless = plan with { Id = SessionId.New(), Mounts = plan.Mounts.Add(beside) };
            var control = await TryAsync(harmless, cancellationToken).ConfigureAwait(false);
            return Check(
                "H07",
                "mount view (CVE-2026-87766)",
                IsRefusal(attack) && !planted,
                $"{backend.Name} {VersionOf(backend.Probe())}: {attack}",
                "a mount beside the workspace: " + control,
                !IsRefusal(control)
            );
        }
        finally
        {
            File.Delete(link);
        }
    }

    private static string VersionOf(HostReport host) => host.Engine.Length > 0 ? host.Engine : host.BubblewrapVersion;

    // Prepares and creates, and says whether that was refused.
    private async Task<string> TryAsync(SandboxPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            var sandbox = await backend.PrepareAsync(plan, cancellationToken).ConfigureAwait(false);
            await using var _ = sandbox.ConfigureAwait(false);
            await sandbox.CreateAsync(cancellationToken).ConfigureAwait(false);
            return "accepted";
        }
        catch (SandboxUnavailableException e)
        {
            return Refused + e.Message;
        }
    }

    private static bool IsRefusal(string answer) => answer.StartsWith(Refused, StringComparison.Ordinal);

    private Attempt Gone(
        SessionId id,
        LimitTier tier,
        IReadOnlyList<int> processes,
        List<string> cgroupsBefore,
        KillReport report
    )
    {
        var alive = processes.Count(HostProcesses.IsAlive);
        var cgroups = Cgroups(id).Count;
        var mounts = MountsOf(id);
        var loops = Loops();
        var left = string.Create(
            CultureInfo.InvariantCulture,
            $"left: {alive} of {processes.Count} processes, {cgroups} cgroups, {mounts} mounts, {loops} loop devices"
        );
        var killed = string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Elapsed.TotalMilliseconds:F1} ms, {report.Evidence}"
        );
        return Check(
            "H05",
            "kill",
            alive + cgroups + mounts + loops == 0 && report.VerifiedEmpty,
            $"{left}; killed in {killed}",
            $"before: {processes.Count} processes, {cgroupsBefore.Count} cgroups",
            processes.Count > 1 && (tier == LimitTier.Rlimits || cgroupsBefore.Count > 0)
        );
    }

    private static List<string> Cgroups(SessionId id)
    {
        var walk = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            MaxRecursionDepth = CgroupDepth,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        };
        const string Root = "/sys/fs/cgroup";
        return Directory.Exists(Root) ? [.. Directory.EnumerateDirectories(Root, $"*{id}*", walk)] : [];
    }

    private int MountsOf(SessionId id) =>
        HostProcesses
            .Read(Environment.ProcessId, "mountinfo")
            .Split('\n')
            .Count(line =>
                line.Contains(id.ToString(), StringComparison.Ordinal) || line.Contains(stage, StringComparison.Ordinal)
            );

    private int Loops() =>
        Directory.Exists("/sys/block")
            ? Directory
                .EnumerateDirectories("/sys/block", "loop*")
                .Select(loop => Path.Combine(loop, "loop", "backing_file"))
                .Count(file => File.Exists(file) && File.ReadAllText(file).Contains(stage, StringComparison.Ordinal))
            : 0;
}
